import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import networkHelpers from '@nomicfoundation/hardhat-network-helpers'
import nodeTestRunner from '@nomicfoundation/hardhat-node-test-runner'
import viem from '@nomicfoundation/hardhat-viem'
import { defineConfig } from 'hardhat/config'

// The compiler of npm: nothing is fetched.
const solc = createRequire(import.meta.url).resolve('solc/package.json')

export default defineConfig({
  plugins: [viem, networkHelpers, nodeTestRunner],
  solidity: { version: '0.8.37', path: join(dirname(solc), 'soljson.js') },
  networks: {
    deed: { type: 'http', url: process.env.DEED_URL ?? 'http://127.0.0.1:8545', accounts: 'remote' },
  },
})
