// Values of a chart by pointer, touch and keyboard. Without it, the table below the charts has them.
(function () {
  "use strict";
  var SVG = "http://www.w3.org/2000/svg", SIZE = 1000;

  function list(text) { return text === "" ? [] : text.split("|"); }

  function element(name, attributes, parent) {
    var made = document.createElementNS(SVG, name);
    for (var key in attributes) { made.setAttribute(key, attributes[key]); }
    parent.appendChild(made);
    return made;
  }

  function start(figure) {
    if (figure.hasAttribute("data-started") || !figure.getAttribute("data-points")) { return; }
    var data, frame = figure.querySelector("[data-frame]"), plot = figure.querySelector(".chart-plot");
    var output = figure.querySelector(".chart-value");
    try { data = JSON.parse(figure.getAttribute("data-points")); } catch (e) { return; }
    if (!frame || !plot || !output) { return; }
    figure.setAttribute("data-started", "");
    var x = list(data.x).map(Number), y = list(data.y).map(Number), times = list(data.t);
    var values = data.v.map(function (v) { return { name: v.n, unit: v.u, of: v.s.split("|") }; });
    var runs = data.r.s.split("|"), at = -1, title = figure.querySelector("figcaption b");
    var cross = element("line", { "data-cross": "", y1: "0", y2: "100%", visibility: "hidden" }, plot);
    var dot = element("circle", { "data-dot": "", r: "4", visibility: "hidden" }, plot);

    function words(n) {
      var parts = [times[n]];
      values.forEach(function (v) {
        if (v.of[n]) { parts.push(v.name + " " + v.of[n] + (v.unit ? " " + v.unit : "")); }
      });
      if (runs[n]) {
        parts.push(data.r.n + " " + runs[n].split("").map(function (p) { return data.r.p[+p]; }).join(", "));
      }
      return parts.join("  ·  ");
    }

    function show(n) {
      n = Math.max(0, Math.min(x.length - 1, n));
      if (n === at) { return; }
      at = n;
      var left = (x[n] / SIZE * 100) + "%";
      cross.setAttribute("x1", left);
      cross.setAttribute("x2", left);
      dot.setAttribute("cx", left);
      dot.setAttribute("cy", (y[n] / SIZE * 100) + "%");
      cross.setAttribute("visibility", "visible");
      dot.setAttribute("visibility", "visible");
      output.textContent = words(n);
    }

    function hide() {
      at = -1;
      cross.setAttribute("visibility", "hidden");
      dot.setAttribute("visibility", "hidden");
      output.textContent = "";
    }

    function nearest(clientX) {
      var box = frame.querySelector(".chart-box").getBoundingClientRect();
      var wanted = (clientX - box.left) / box.width * SIZE, low = 0, high = x.length - 1;
      while (high - low > 1) {
        var middle = (low + high) >> 1;
        if (x[middle] < wanted) { low = middle; } else { high = middle; }
      }
      return Math.abs(x[low] - wanted) <= Math.abs(x[high] - wanted) ? low : high;
    }

    function point(event) { show(nearest(event.clientX)); }

    frame.addEventListener("pointermove", point);
    frame.addEventListener("pointerdown", point);
    frame.addEventListener("pointerleave", function (event) {
      if (event.pointerType === "mouse" && document.activeElement !== frame) { hide(); }
    });
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", (title ? title.textContent + ", " : "") + (figure.getAttribute("data-keys") || ""));
    frame.addEventListener("keydown", function (event) {
      if (event.altKey || event.ctrlKey || event.metaKey) { return; }
      var step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
      if (step) {
        show(at < 0 ? (step > 0 ? 0 : x.length - 1) : at + step);
      } else if (event.key === "Home") {
        show(0);
      } else if (event.key === "End") {
        show(x.length - 1);
      } else if (event.key === "Escape") {
        hide();
      } else {
        return;
      }
      event.preventDefault();
    });
  }

  function all() { Array.prototype.forEach.call(document.querySelectorAll("[data-chart]"), start); }
  all();
  document.addEventListener("replaced", all);
})();
