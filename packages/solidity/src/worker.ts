/**
 * One run of the compiler, in a thread of its own: its WebAssembly takes 0.3 s to load and keeps what memory
 * it once had, and neither should be the main thread's affair.
 */
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

/** What the compiler's Emscripten module offers. */
interface Soljson {
  lengthBytesUTF8(text: string): number
  stringToUTF8(text: string, pointer: number, maxBytes: number): void
  UTF8ToString(pointer: number): string
  _solidity_alloc?(bytes: number): number
  _solidity_compile?(input: number, readCallback: number, context: number): number
  cwrap(name: string, result: string, parameters: string[]): (...args: unknown[]) => string
}

const { file, input } = workerData as { file: string; input: string }
const soljson = createRequire(import.meta.url)(file) as Soljson

/**
 * solc-js passes the input over the stack of the WebAssembly instance, which a few megabytes overflow ("memory
 * access out of bounds" at 4.56 MB with 0.8.37). Allocated memory has no such bound. Compilers before 0.6 have no
 * allocator to call and take the wrapper.
 */
const compile = (): string => {
  if (!soljson._solidity_alloc || !soljson._solidity_compile) {
    return soljson.cwrap('solidity_compile', 'string', ['string', 'number', 'number'])(input, 0, 0)
  }
  const size = soljson.lengthBytesUTF8(input) + 1
  const pointer = soljson._solidity_alloc(size)
  soljson.stringToUTF8(input, pointer, size)
  return soljson.UTF8ToString(soljson._solidity_compile(pointer, 0, 0))
}

parentPort!.postMessage(compile())
