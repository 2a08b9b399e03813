// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

contract Callee {
    function poke(uint256 value) external pure returns (uint256) {
        return value + 1;
    }
}

contract Calls {
    Callee private callee = new Callee();

    function calls() external view returns (uint256 sum) {
        Callee other = callee;
        for (uint256 i = 0; i < 10_000; i++) sum += other.poke(i);
    }

    /// So deep, with storage written on the way back.
    function deep() external returns (uint256) {
        return this.down(300);
    }

    function down(uint256 levels) external returns (uint256 sum) {
        if (levels > 0) sum = this.down(levels - 1) + 1;
        assembly {
            sstore(levels, sum)
        }
    }

    function creates() external returns (uint256 count) {
        for (uint256 i = 0; i < 200; i++) count += address(new Callee()) != address(0) ? 1 : 0;
    }
}
