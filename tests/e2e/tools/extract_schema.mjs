// Takes GitLab's JSON schema for pipelines out of gitlab-ci-local's bundle, which holds it as an object literal.
//
//     node extract_schema.mjs SCHEMA.json
import fs from "node:fs";
import vm from "node:vm";

const bundlePath = new URL("node_modules/gitlab-ci-schema/dist/index.js", import.meta.url);

// The position just behind the brace that closes the one at `start`; braces in strings do not count.
function endOfObject(text, start) {
  let depth = 0;
  let quote = null;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (quote) {
      if (c === "\\") i++;
      else if (c === quote) quote = null;
    } else if (c === '"' || c === "'" || c === "`") quote = c;
    else if (c === "{") depth++;
    else if (c === "}" && --depth === 0) return i + 1;
  }
  throw new Error("the schema's object literal does not end");
}

function findSchema(bundle) {
  const knownText = bundle.indexOf("GitLab has a built-in solution for doing CI");
  const start = bundle.lastIndexOf("{$schema:", knownText);
  if (knownText < 0 || start < 0) throw new Error("no schema found in gitlab-ci-local's bundle");
  return vm.runInNewContext(`(${bundle.slice(start, endOfObject(bundle, start))})`);
}

const schema = findSchema(fs.readFileSync(bundlePath, "utf8"));
// Tests run in parallel and may extract at the same time: none must see half a file.
const target = process.argv[2];
const unfinished = `${target}.${process.pid}`;
fs.writeFileSync(unfinished, JSON.stringify(schema, null, 1));
fs.renameSync(unfinished, target);
