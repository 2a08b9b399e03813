// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

contract Hashing {
    /// A hundred thousand hashes of the hash before, in a loop that does little else.
    function chain() external pure returns (bytes32 hash) {
        for (uint256 i = 0; i < 100_000; i++) hash = keccak256(abi.encode(hash));
    }

    /// Places in a mapping: 100,000 keys that are never the same.
    function distinct() external pure returns (bytes32 sum) {
        for (uint256 i = 0; i < 100_000; i++) sum ^= keccak256(abi.encode(i, uint256(7)));
    }

    /// One hash of 256 KB.
    function long() external pure returns (bytes32) {
        return keccak256(new bytes(262_144));
    }
}
