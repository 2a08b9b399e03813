/** Foundry's programs as npm brings them. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * The program itself rather than npm's wrapper, which ends with status 0 even where the program fails.
 */
export const foundryBinary = (tool: 'anvil' | 'forge'): string => {
  const wrapper = createRequire(import.meta.url)
  const system = process.platform === 'win32' ? 'win32' : process.platform
  const machine = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const manifest = wrapper.resolve(`@foundry-rs/${tool}-${system}-${machine}/package.json`)
  return join(dirname(manifest), 'bin', process.platform === 'win32' ? `${tool}.exe` : tool)
}
