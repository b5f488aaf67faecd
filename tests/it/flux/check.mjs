// Which of the queries in a JSON array on standard input are valid Flux, by InfluxData's own compiler: npm
// @influxdata/flux-lsp-browser, a wasm made for bundlers, whose glue is loaded here with the wasm put in place of its import.
//
//   node check.mjs NODE_MODULES < queries.json
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const home = join(process.argv[2], "@influxdata", "flux-lsp-browser");
globalThis.require_ = createRequire(import.meta.url);
let glue = readFileSync(join(home, "flux-lsp-browser_bg.js"), "utf8");
// What the glue does with the wasm as it is loaded, it does when the wasm is there.
const early = /^cached\w+ = new \w+\(wasm\.memory\.buffer\);$/gm;
const memories = glue.match(early) ?? [];
glue = glue
  .replace(early, "")
  .replace(/^import \* as wasm from .*$/m, `let wasm; export function set_(it) { wasm = it; ${memories.join(" ")} }`)
  .replaceAll("(0, module.require)", "globalThis.require_");
const file = join(mkdtempSync(join(tmpdir(), "flux-")), "glue.mjs");
writeFileSync(file, glue);
const flux = await import(pathToFileURL(file));
const wasm = readFileSync(join(home, "flux-lsp-browser_bg.wasm"));
const { instance } = await WebAssembly.instantiate(wasm, { "./flux-lsp-browser_bg.js": flux });
flux.set_(instance.exports);
instance.exports.__wbindgen_start?.();

const queries = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(queries.map((query) => flux.is_valid_flux(query))));
