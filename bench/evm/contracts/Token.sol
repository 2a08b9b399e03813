// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// OpenZeppelin's token, and what is done with tokens a thousand times over.
contract Token is ERC20 {
    constructor() ERC20("Token", "TKN") {
        _mint(address(this), 10 ** 30);
    }

    function mint() external returns (uint256) {
        for (uint256 i = 1; i <= 1000; i++) _mint(address(uint160(i)), i);
        return totalSupply();
    }

    /// To a thousand accounts that had nothing.
    function transferToNew() external returns (uint256) {
        for (uint256 i = 1; i <= 1000; i++) this.transfer(address(uint160(i << 32)), i);
        return balanceOf(address(1000 << 32));
    }

    /// To and fro between a few accounts.
    function transferToFew() external returns (uint256) {
        for (uint256 i = 1; i <= 1000; i++) this.transfer(address(uint160(0x1000 + (i & 7))), i);
        return balanceOf(address(0x1000));
    }

    function approveAndTransfer() external returns (uint256) {
        for (uint256 i = 1; i <= 1000; i++) {
            _approve(address(this), msg.sender, i);
            _spendAllowance(address(this), msg.sender, i);
            _transfer(address(this), address(uint160(0x2000 + (i & 31))), i);
        }
        return balanceOf(address(0x2001));
    }
}
