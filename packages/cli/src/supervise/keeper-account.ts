/**
 * The keeper's account on a development chain: m/44'/60'/1'/0/0 of the well-known mnemonic, which is not among
 * `eth_accounts`. Written out because deriving it needs viem, and the chain must start in a blink; a test derives it.
 */
export const DEV_KEEPER = '0x8c8d35429f74ec245f8ef2f4fd1e551cff97d650'
