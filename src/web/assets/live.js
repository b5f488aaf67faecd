/* Follows the hub: when what is shown has changed, the live part of the page is fetched and put in place. */
(function () {
  "use strict";
  var live = document.getElementById("live");
  var url = live && live.getAttribute("data-live");
  var lost = document.getElementById("lost");
  if (!url || !window.EventSource || !window.fetch) { return; }
  // At most one fetch in so many ms; simulated hours pass faster.
  var PACE = document.body.hasAttribute("data-simulated") ? 1000 : 5000;
  var WAIT_MAX = 60000, TIMEOUT = 20000;
  var stream = null, version = null, failures = 0, due = 0, timer = null, busy = false, again = null;

  function said(isLost) { lost.hidden = !isLost; }

  function failed() {
    failures += 1;
    said(failures > 1);
    if (stream) { stream.close(); stream = null; }
    clearTimeout(again);
    // Who is no longer signed in has no stream, either: the part says so.
    if (failures === 2 && !busy && !timer) { timer = setTimeout(fetchPart, 0); }
    again = setTimeout(connect, Math.min(1000 * Math.pow(2, failures - 1), WAIT_MAX) * (0.75 + Math.random() / 2));
  }

  function connect() {
    if (stream || document.hidden) { return; }
    stream = new EventSource("/live");
    stream.onmessage = function (event) {
      failures = 0;
      said(false);
      if (event.data !== version) {
        // The first event only says where the page stands.
        if (version !== null) { want(); }
        version = event.data;
      }
    };
    stream.onerror = function () { version = ""; failed(); };
  }

  function want() {
    if (timer || busy) { busy = busy && "again"; return; }
    timer = setTimeout(fetchPart, Math.max(0, due - Date.now()));
  }

  function fetchPart() {
    timer = null;
    if (document.hidden) { version = ""; return; }
    if (occupied()) { due = Date.now() + PACE; want(); return; }
    busy = true;
    due = Date.now() + PACE;
    var stop = window.AbortController ? new AbortController() : null;
    var limit = setTimeout(function () { if (stop) { stop.abort(); } }, TIMEOUT);
    fetch(url, { credentials: "same-origin", signal: stop ? stop.signal : undefined, headers: { "Accept-Language": document.documentElement.lang } })
      .then(function (answer) {
        // Who is no longer signed in is led to where she can.
        if (answer.redirected || answer.status === 401 || answer.status === 403) { location.reload(); throw new Error("signed out"); }
        if (!answer.ok) { throw new Error(answer.status); }
        return answer.text();
      })
      .then(function (text) { if (!occupied()) { put(text); } else { busy = "again"; } said(false); })
      .catch(function () { version = ""; failed(); })
      .then(function () {
        clearTimeout(limit);
        var more = busy === "again";
        busy = false;
        if (more) { want(); }
      });
  }

  // Somebody fills in a form or marks a text here: it stays as it is.
  function occupied() {
    var active = document.activeElement, selection = window.getSelection();
    var inForm = active && live.contains(active) && /^(INPUT|SELECT|TEXTAREA|BUTTON)$/.test(active.tagName);
    return inForm || (selection && !selection.isCollapsed && live.contains(selection.anchorNode));
  }

  function put(text) {
    var open = {}, focused = key(document.activeElement), x = window.pageXOffset, y = window.pageYOffset;
    each("details[id]", function (one) { open[one.id] = one.open; });
    live.innerHTML = text;
    each("details[id]", function (one) { if (one.id in open) { one.open = open[one.id]; } });
    if (focused) {
      each(focused[0], function (one, index) { if (index === focused[1]) { one.focus({ preventScroll: true }); } });
    }
    window.scrollTo({ left: x, top: y, behavior: "instant" });
    document.dispatchEvent(new CustomEvent("replaced"));
  }

  // What finds the focused element in the new part: its id, its link, or the summary of a named <details>.
  function key(active) {
    if (!active || !live.contains(active)) { return null; }
    var selector = active.id ? "#" + CSS.escape(active.id)
      : active.tagName === "SUMMARY" && active.parentNode.id ? "#" + CSS.escape(active.parentNode.id) + " > summary"
      : active.getAttribute("href") ? "[href=\"" + CSS.escape(active.getAttribute("href")) + "\"]" : null;
    if (!selector) { return null; }
    var place = 0;
    each(selector, function (one, index) { if (one === active) { place = index; } });
    return [selector, place];
  }

  function each(selector, use) { Array.prototype.forEach.call(live.querySelectorAll(selector), use); }

  document.addEventListener("visibilitychange", function () {
    if (document.hidden) {
      if (stream) { stream.close(); stream = null; }
      clearTimeout(again);
      version = "";
    } else { failures = 0; connect(); }
  });
  window.addEventListener("pageshow", function (event) { if (event.persisted) { version = ""; connect(); } });
  window.addEventListener("pagehide", function () { if (stream) { stream.close(); stream = null; } });
  connect();
})();
