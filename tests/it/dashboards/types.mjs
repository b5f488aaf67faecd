// What Grafana's own types say against dashboards: npm @grafana/schema, by the compiler of TypeScript. Prints the complaints as a JSON array.
//
//   node types.mjs NODE_MODULES DASHBOARD.json...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, ...dashboards] = process.argv.slice(2);
const ts = createRequire(import.meta.url)(join(modules, "typescript"));
const panelcfg = (kind) => join(modules, "@grafana/schema/dist/types/raw/composable", kind, "panelcfg/x/types.gen");
// The kinds of panels, where their types are, and whether they have options for fields of their own.
const kinds = {
  timeseries: ["timeseries", true],
  stat: ["stat", false],
  bargauge: ["bargauge", false],
  "state-timeline": ["statetimeline", true],
  table: ["table", false],
};

const lines = [`import type { Dashboard } from ${JSON.stringify(join(modules, "@grafana/schema/dist/types/index"))};`];
for (const [kind] of Object.values(kinds)) lines.push(`import type * as ${kind} from ${JSON.stringify(panelcfg(kind))};`);
// An enum of strings takes no plain string, and JSON has no other.
lines.push(
  "type Plain<T> = T extends string ? (string extends T ? string : `${T}`) : T extends number | boolean | null | undefined ? T",
  "  : T extends (infer U)[] ? Plain<U>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;",
);
let count = 0;
const holds = (type, value) => lines.push(`export const v${count++}: ${type} = ${JSON.stringify(value)};`);
const complaints = [];
for (const path of dashboards) {
  const dashboard = JSON.parse(readFileSync(path, "utf8"));
  lines.push(`// ${path}`);
  holds("Plain<Dashboard>", dashboard);
  for (const panel of dashboard.panels.filter((panel) => panel.type !== "row")) {
    if (!(panel.type in kinds)) {
      complaints.push(`${path}: panel ${panel.id}: no types for ${panel.type}`);
      continue;
    }
    const [kind, fields] = kinds[panel.type];
    // What is left out is Grafana's default.
    holds(`Partial<Plain<${kind}.Options>>`, panel.options);
    if (fields) holds(`Plain<${kind}.FieldConfig>`, panel.fieldConfig.defaults.custom);
  }
}

const options = { noEmit: true, strict: true, skipLibCheck: true, target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler, types: [] };
const host = ts.createCompilerHost(options);
const name = join(modules, "dashboards.ts");
const source = lines.join("\n");
const read = host.getSourceFile.bind(host);
host.getSourceFile = (path, ...rest) => (path === name ? ts.createSourceFile(name, source, options.target, true) : read(path, ...rest));
const exists = host.fileExists.bind(host);
host.fileExists = (path) => path === name || exists(path);
for (const found of ts.getPreEmitDiagnostics(ts.createProgram([name], options, host))) {
  const text = ts.flattenDiagnosticMessageText(found.messageText, " ");
  const line = found.file && found.start !== undefined ? found.file.getLineAndCharacterOfPosition(found.start).line : -1;
  const where = line >= 0 && found.file.fileName === name ? lines.slice(0, line + 1).findLast((text) => text.startsWith("// ")) : found.file?.fileName;
  complaints.push(`${where ?? ""}: ${text.slice(0, 400)}`);
}
console.log(JSON.stringify(complaints));
