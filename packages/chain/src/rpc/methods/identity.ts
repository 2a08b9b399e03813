import { keccak256 } from '@deed/evm'
import { bytesToHex, quantity } from '../../hex.ts'
import { CLASSES, type Context, type Method, type Principal } from '../method.ts'

export const ethChainId = ({ node }: Context) => quantity(node.chain.config.chainId)

/** The network's id is the chain's id, in decimal. */
export const netVersion = ({ node }: Context) => node.chain.config.chainId.toString()

/** Version of the wire protocol that nodes of this fork speak to one another, eth/69; nobody is spoken to here. */
export const ethProtocolVersion = () => quantity(69)

/**
 * Hardhat's network helpers and OpenZeppelin's upgrades know a chain for development by how this begins, and refuse to move
 * the time of any other: so ours names the one whose methods it has, as browsers do it, and then itself.
 */
export const web3ClientVersion = ({ node: { clientVersion, control } }: Context) =>
  control === undefined ? clientVersion : `anvil/v1.7.1/${clientVersion}`

export const web3Sha3 = (_: Context, data: Uint8Array) => bytesToHex(keccak256(data))

/** One writer, no peers: the node is always where the chain is. */
export const ethSyncing = () => false
export const netListening = () => true
export const netPeerCount = () => quantity(0)
export const adminPeers = () => []

/** No work is done for blocks. */
export const ethMining = () => false
export const ethHashrate = () => quantity(0)

/** As geth tells its own, without the address by which peers would call. */
export const adminNodeInfo = ({ node: { chain, clientVersion } }: Context) => ({
  name: clientVersion,
  ports: { discovery: 0, listener: 0 },
  protocols: {
    eth: {
      network: Number(chain.config.chainId),
      difficulty: Number(chain.head.totalDifficulty),
      genesis: chain.genesis.hash,
      head: chain.head.hash,
    },
  },
})

/** Accounts that may be used by whoever asks: the unlocked ones are for developers. */
export const ethAccounts = ({ node, principal }: Context) =>
  principal.profile === 'dev' ? node.wallet.addresses : []

export const ethCoinbase = ({ node }: Context) => node.beneficiary

/** The names before the underscore that whoever asks may call, each with a version, as geth has it. */
export const modulesOf = (methods: Readonly<Record<string, Method>>, { profile }: Principal) =>
  Object.fromEntries(
    Object.entries(methods)
      .filter(([, method]) => CLASSES[profile].includes(method.class))
      .map(([name]) => [name.slice(0, name.indexOf('_')), '1.0']),
  )
