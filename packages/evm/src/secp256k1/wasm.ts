/**
 * secp256k1 in WebAssembly of our own, which ../../secp256k1 writes. It needs vectors and fused multiply-adds ("relaxed
 * SIMD"): Node 22, Chrome 114 and later have them, on any processor of the last ten years.
 */
import { decodeModule } from '../wasm/decode.ts'
import { readWord, writeWord } from '../words.ts'
import type { Curve, SignedHash } from './curve.ts'
import { BATCH, RECORD, RECORDS, STRIDE } from './layout.ts'
import { MODULE } from './module.ts'
import { createSign } from './sign.ts'

interface Exports {
  readonly memory: WebAssembly.Memory
  isFused(): number
  prepare(): void
  recover(count: number): void
  generate(): void
  invert(): void
}

/** `undefined` where there is no relaxed SIMD, or a multiply-add rounds twice. */
export function createWasmCurve(): Curve | undefined {
  const exports = instantiate()
  if (!exports?.isFused()) return undefined
  // The memory never grows.
  const { buffer } = exports.memory
  const bytes = new Uint8Array(buffer)
  const view = new DataView(buffer)
  let isPrepared = false

  const prepare = (): void => {
    // 2 ms: not while the module loads.
    if (!isPrepared) exports.prepare()
    isPrepared = true
  }
  const publicKeyAt = (record: number): Uint8Array | undefined => {
    if (bytes[record + RECORD.isValid] === 0) return undefined
    return bytes.slice(record + RECORD.publicKey, record + RECORD.publicKey + 64)
  }
  const recover = (signatures: readonly SignedHash[]): (Uint8Array | undefined)[] => {
    prepare()
    const keys: (Uint8Array | undefined)[] = []
    for (let from = 0; from < signatures.length; from += BATCH) {
      const batch = signatures.slice(from, from + BATCH)
      batch.forEach(({ hash, yParity, r, s }, index) => {
        const record = RECORDS + STRIDE * index
        writeWord(view, record + RECORD.r, r)
        writeWord(view, record + RECORD.s, s)
        bytes.set(hash, record + RECORD.hash)
        bytes[record + RECORD.yParity] = yParity
      })
      exports.recover(batch.length)
      for (let index = 0; index < batch.length; index++) keys.push(publicKeyAt(RECORDS + STRIDE * index))
    }
    return keys
  }
  const generate = (a: bigint, b: bigint): Uint8Array => {
    prepare()
    writeWord(view, RECORDS + RECORD.r, a)
    writeWord(view, RECORDS + RECORD.s, b)
    exports.generate()
    return publicKeyAt(RECORDS)!
  }
  const invert = (scalar: bigint): bigint => {
    writeWord(view, RECORDS + RECORD.r, scalar)
    exports.invert()
    return readWord(view, RECORDS + RECORD.s)
  }
  return { recover, ...createSign(generate, invert) }
}

function instantiate(): Exports | undefined {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(decodeModule(MODULE)))
      .exports as unknown as Exports
  } catch {
    return undefined
  }
}
