// Judge facts by shipped rule files as they are: {docs: [schema], cases: [{rule, facts}]} on stdin, one "true" or "false" a line.
// Misspelt keywords are refused: only the annotations of the rules are known beside those of JSON Schema.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const { docs, cases } = JSON.parse(readFileSync(0, "utf8"));
const ajv = new Ajv.default({ strictSchema: true, strictTypes: false, strictRequired: false });
for (const keyword of ["x-infra-audit", "x-counterexamples", "x-unknown"]) ajv.addKeyword(keyword);
for (const doc of docs) ajv.addSchema(doc);
for (const { rule, facts } of cases) console.log(ajv.getSchema(rule)(facts));
