/** JSON-RPC by hand, where a test looks at what a client did. */
export type Rpc = <T = unknown>(method: string, ...params: unknown[]) => Promise<T>

/** @throws the error of the answer, with its code and data. */
export const rpcTo =
  (url: string): Rpc =>
  async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const { result, error } = (await response.json()) as { result: never; error?: { message: string } }
    if (error !== undefined) throw Object.assign(new Error(error.message), error)
    return result
  }
