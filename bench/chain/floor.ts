/** How many requests a second node:http itself takes: nothing that stands on it can take more. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { openConnection } from './connection.ts'

const CONNECTIONS = 32
const REQUESTS = 20_000

export const floorOfHttp = async (): Promise<number> => {
  const child = fork(fileURLToPath(new URL('floor-server.ts', import.meta.url)))
  const port = await new Promise<number>((resolve) =>
    child.once('message', (message) => resolve(message as number)),
  )
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(port)))
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] })
  const send = (count: number) =>
    Promise.all(
      connections.map(async (connection) => {
        for (let i = 0; i < count / CONNECTIONS; i++) await connection.post(body)
      }),
    )
  await send(REQUESTS / 10)
  const startedMs = performance.now()
  await send(REQUESTS)
  const figure = (REQUESTS / (performance.now() - startedMs)) * 1_000
  for (const connection of connections) connection.close()
  child.kill()
  return figure
}
