/**
 * A contract for the tests of real clients, compiled by solc 0.8.37 (optimizer, 200 runs, Osaka, no metadata):
 *
 *     contract Counter {
 *         uint256 public count;
 *         event Raised(address indexed by, uint256 count);
 *         error TooMuch(uint256 by);
 *         function raise(uint256 by) external {
 *             if (by > 1000) revert TooMuch(by);
 *             require(by != 7, "not seven");
 *             count += by;
 *             emit Raised(msg.sender, count);
 *         }
 *     }
 */
export const COUNTER_BYTECODE =
  ('0x6080604052348015600e575f5ffd5b506101588061001c5f395ff3fe608060405234801561000f575f5ffd5b5060043610' +
    '610033575f3560e01c80624f48031461003757806306661abd1461004c575b5f5ffd5b61004a61004536600461011c565b' +
    '610066565b005b6100545f5481565b60405190815260200160405180910390f35b6103e88111156100915760405163383c' +
    '34f360e21b8152600481018290526024015b60405180910390fd5b806007036100cd5760405162461bcd60e51b81526020' +
    '600482015260096024820152683737ba1039b2bb32b760b91b6044820152606401610088565b805f5f8282546100dd9190' +
    '610133565b90915550505f5460405190815233907f19b70886e9e49b62d56c7144fe0aa82d93221a9ccdc642b0f2497225' +
    'd10c7ad09060200160405180910390a250565b5f6020828403121561012c575f5ffd5b5035919050565b80820180821115' +
    '61015257634e487b7160e01b5f52601160045260245ffd5b9291505056') as `0x${string}`

export const COUNTER_ABI = [
  'function count() view returns (uint256)',
  'function raise(uint256 by)',
  'event Raised(address indexed by, uint256 count)',
  'error TooMuch(uint256 by)',
] as const
