// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

contract Storage {
    mapping(uint256 => uint256) private values;
    uint256[] private list;

    /// Keys that were never written.
    function fresh() external returns (uint256) {
        for (uint256 i = 0; i < 1000; i++) values[i] = i + 1;
        return values[999];
    }

    function warm() external returns (uint256 sum) {
        for (uint256 i = 0; i < 10_000; i++) {
            uint256 value = values[i & 15] + i;
            values[i & 15] = value;
            sum ^= value;
        }
    }

    function push() external returns (uint256) {
        for (uint256 i = 0; i < 500; i++) list.push(i);
        return list.length;
    }
}
