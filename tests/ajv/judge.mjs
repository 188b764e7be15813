// Judge facts by shipped rule files as they are: {docs: [schema], cases: [{rule, facts}]} on stdin, one "true" or "false" a line.
// Misspelt keywords are refused: only the annotations of the rules are known beside those of JSON Schema.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const { docs, cases } = JSON.parse(readFileSync(0, "utf8"));
const ajv = new Ajv.default({ strictSchema: true, strictTypes: false, strictRequired: false });
for (const keyword of ["x-infra-audit", "x-counterexamples", "x-unknown"]) ajv.addKeyword(keyword);
for (const doc of docs) ajv.addSchema(withoutEmptyEnums(doc));
for (const { rule, facts } of cases) console.log(ajv.getSchema(rule)(facts));

// An enum without values, which a parameter that is not set leaves, is valid JSON Schema that nothing matches; ajv refuses it.
function withoutEmptyEnums(schema) {
  if (Array.isArray(schema)) return schema.map(withoutEmptyEnums);
  if (schema === null || typeof schema !== "object") return schema;
  const made = Object.fromEntries(Object.entries(schema).map(([name, below]) => [name, withoutEmptyEnums(below)]));
  if (Array.isArray(made.enum) && made.enum.length === 0) {
    delete made.enum;
    made.allOf = [...(made.allOf ?? []), { not: {} }];
  }
  return made;
}
