// The worker's script: loads the build of the runtime that this browser can run. The names are filled in when the
// site is put together.
const head = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];
const valid = (...code) => WebAssembly.validate(new Uint8Array([...head, 10, code.length + 2, 1, code.length, ...code]));
// Each a function that returns a vector, by an instruction that is known or not: i8x16.popcnt, i8x16.relaxed_swizzle.
const hasSimd = () => valid(0, 65, 0, 253, 15, 253, 98, 11);
const hasRelaxedSimd = () => valid(0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11);

const unusable = (sentence) => postMessage(JSON.stringify({ report: 'unusable', sentence }));

if (typeof WebAssembly !== 'object') {
  unusable('This browser runs no WebAssembly, so the model cannot run here.');
} else if (!hasSimd()) {
  unusable('This browser has no SIMD in WebAssembly, so the model cannot run here. Browsers of 2023 and later have it.');
} else {
  const build = hasRelaxedSimd() ? 'relaxed_simd' : 'simd128';
  try {
    const runtime = await import(build === 'relaxed_simd' ? './RELAXED_JS' : './SIMD_JS');
    const wasm = new URL(build === 'relaxed_simd' ? './RELAXED_WASM' : './SIMD_WASM', import.meta.url);
    await runtime.default({ module_or_path: wasm });
    runtime.serve(build);
  } catch (error) {
    unusable(`The runtime could not be loaded (${error.message}). Load the page again to try again.`);
  }
}
