// What npm sparkplug-payload, Eclipse Tahu's decoder for JavaScript, reads in the messages of a JSON array on standard input.
//
//   node decode.mjs NODE_MODULES < messages.json
//
// A message is [topic, payload in hexadecimal]. Whole numbers of 64 bits become numbers.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "any.js"));
const { decodePayload } = require("sparkplug-payload").get("spBv1.0");
const messages = JSON.parse(readFileSync(0, "utf8"));
const read = messages.map(([topic, hex]) => ({ topic, ...decodePayload(Buffer.from(hex, "hex")) }));
const isLong = (it) => it !== null && typeof it === "object" && "unsigned" in it && "low" in it;
console.log(JSON.stringify(read, (_, it) => (isLong(it) ? it.low + it.high * 2 ** 32 : it)));
