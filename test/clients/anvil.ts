/** A real anvil, for as long as a test needs it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { foundryBinary } from './foundry.ts'
import { type Rpc, rpcTo } from './rpc.ts'

export interface Anvil {
  readonly url: string
  readonly rpc: Rpc
  close(): Promise<void>
}

export const startAnvil = async (...options: string[]): Promise<Anvil> => {
  const child = spawn(foundryBinary('anvil'), ['--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let url: string | undefined
  for await (const line of createInterface(child.stdout)) {
    url = /Listening on (\S+)/.exec(line)?.[1]
    if (url !== undefined) break
  }
  if (url === undefined) throw new Error(`anvil ended with status ${child.exitCode} before it listened`)
  child.stdout.resume()
  return {
    url: `http://${url}`,
    rpc: rpcTo(`http://${url}`),
    close: async () => {
      child.kill()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
