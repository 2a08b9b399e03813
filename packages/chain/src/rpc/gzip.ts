/** gzip by the web's streams, which a browser has too. */
import { serverError } from './error.ts'

/** Packs text that comes in pieces. Throws {@link RpcError} when it is longer than `maxBytes`. */
export const pack = async (pieces: AsyncIterable<string>, maxBytes: number): Promise<Uint8Array> => {
  let length = 0
  const encoder = new TextEncoder()
  const iterator = pieces[Symbol.asyncIterator]()
  // A piece is made when there is room for it, so that the whole text is never in memory.
  const bytes = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { value, done } = await iterator.next()
      if (done) return controller.close()
      const encoded = encoder.encode(value)
      length += encoded.length
      if (length > maxBytes) throw tooLong(maxBytes)
      controller.enqueue(encoded)
    },
  })
  return gather(bytes.pipeThrough(new CompressionStream('gzip')), Number.POSITIVE_INFINITY)
}

/** Unpacks to text. Throws {@link RpcError} when it becomes longer than `maxBytes`, and what the stream throws when it is no gzip. */
export const unpack = async (packed: Uint8Array, maxBytes: number): Promise<string> => {
  const bytes = new Blob([packed as Uint8Array<ArrayBuffer>]).stream()
  return new TextDecoder().decode(await gather(bytes.pipeThrough(new DecompressionStream('gzip')), maxBytes))
}

export const isPacked = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const gather = async (stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > maxBytes) throw tooLong(maxBytes)
    chunks.push(chunk)
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

const tooLong = (maxBytes: number) =>
  serverError(
    'DEED_STATE_SIZE',
    `the state is longer than ${maxBytes} bytes of JSON: take the chain itself along`,
  )
