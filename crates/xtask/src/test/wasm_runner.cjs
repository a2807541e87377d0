// Runs the tests of a module built with wasm-bindgen-test; `tests.js` beside it is what wasm-bindgen made of the module.
const Module = require("node:module");

// Nobody cuts chunks out of the module of the tests, so there are none to fetch.
const chunks = new Proxy({}, {
  get: (_, name) => () => {
    throw new Error(`a test has called a chunk: ${String(name)}`);
  },
});
const load = Module._load;
Module._load = (name, ...rest) => (name === "__wasm_split_placeholder__" ? chunks : load(name, ...rest));

const wasm = require("./tests.js");

const context = new wasm.WasmBindgenTestContext(false);
for (const method of ["debug", "log", "info", "warn", "error"]) {
  const original = console[method];
  globalThis[`__wbgtest_og_console_${method}`] = original;
  console[method] = (...words) => wasm[`__wbgtest_console_${method}`](words);
}
globalThis.__wbg_test_invoke = (test) => test();

const tests = Object.keys(wasm.__wasm).filter((name) => name.startsWith("__wbgt_") && name.includes("::"));
context.run(tests.map((name) => wasm.__wasm[name])).then(
  (passed) => process.exit(passed ? 0 : 1),
  (error) => {
    globalThis.__wbgtest_og_console_error(error);
    process.exit(1);
  },
);
