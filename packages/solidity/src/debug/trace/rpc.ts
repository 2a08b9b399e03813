/** JSON-RPC over HTTP, with an answer as a stream where it may be larger than a string can be. */

export interface Rpc {
  readonly url: string
  call(method: string, params: readonly unknown[]): Promise<unknown>
  /** The answer's text in pieces. */
  stream(method: string, params: readonly unknown[]): AsyncIterable<string>
}

export interface RpcOptions {
  /** Milliseconds for one answer. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

const TIMEOUT_MS = 60_000

export const httpRpc = (url: string, { timeoutMs = TIMEOUT_MS, signal }: RpcOptions = {}): Rpc => {
  const post = async <T>(
    method: string,
    params: readonly unknown[],
    read: (response: Response) => Promise<T>,
  ): Promise<T> => {
    const late = AbortSignal.timeout(timeoutMs)
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        signal: signal ? AbortSignal.any([late, signal]) : late,
      })
      // Some nodes answer an error of JSON-RPC with a status other than 200.
      if (response.ok || response.headers.get('content-type')?.includes('json')) return await read(response)
      throw new RpcFault(
        'DEED_RPC_URL',
        `${url} answers ${response.status} to ${method}: is it a JSON-RPC address?`,
      )
    } catch (error) {
      if (error instanceof RpcFault) throw error
      if (late.aborted)
        throw new RpcFault(
          'DEED_RPC_TIMEOUT',
          `${url} has not answered ${method} within ${timeoutMs / 1_000} s.`,
        )
      const cause = (error as { cause?: { code?: string; message?: string } }).cause
      const why = cause?.code ?? cause?.message ?? (error as Error).message
      throw new RpcFault(
        'DEED_RPC_UNREACHABLE',
        `There is no answer from ${url} (${why}). Is the node running there?`,
      )
    }
  }
  return {
    url,
    call: async (method, params) => {
      const text = await post(method, params, (response) => response.text())
      let answer: { result?: unknown; error?: { code?: number; message?: string; data?: unknown } }
      try {
        answer = JSON.parse(text)
      } catch {
        throw new RpcFault(
          'DEED_RPC_URL',
          `${url} does not answer ${method} in JSON: is it a JSON-RPC address?`,
        )
      }
      if (answer.error)
        throw new RpcFault('DEED_RPC_ERROR', printable(answer.error.message ?? 'error'), answer.error.code)
      return answer.result
    },
    stream: async function* (method, params) {
      const body = await post(method, params, async (response) => response.body)
      const decoder = new TextDecoder()
      for await (const piece of body ?? []) yield decoder.decode(piece, { stream: true })
    },
  }
}

/** What a node says goes to a terminal, which must not obey it. */
export const printable = (text: string): string => text.replace(/\p{Cc}/gu, ' ')

/** The node could not be asked, or said no. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault'
  readonly code: 'DEED_RPC_URL' | 'DEED_RPC_TIMEOUT' | 'DEED_RPC_UNREACHABLE' | 'DEED_RPC_ERROR'
  /** Of JSON-RPC, where the node has said no. */
  readonly rpcCode: number | undefined
  constructor(code: RpcFault['code'], message: string, rpcCode?: number) {
    super(message)
    this.code = code
    this.rpcCode = rpcCode
  }
}
