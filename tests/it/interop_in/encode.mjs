// Messages of a JSON array on standard input as npm sparkplug-payload, Eclipse Tahu's library for JavaScript, writes them.
//
//   node encode.mjs NODE_MODULES < messages.json
//
// A message is [topic, payload as a text of JSON]. Prints an array of payloads in hexadecimal.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "any.js"));
const { encodePayload } = require("sparkplug-payload").get("spBv1.0");
const messages = JSON.parse(readFileSync(0, "utf8"));
const encoded = messages.map(([, payload]) => Buffer.from(encodePayload(JSON.parse(payload))).toString("hex"));
console.log(JSON.stringify(encoded));
