// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title Money for development chains
/// @notice An ordinary ERC-20 with approval by signature (ERC-2612). Its name says that it is no real money. Only its
/// owner makes new units.
contract TestToken is ERC20Permit, Ownable {
    uint8 private immutable _decimals;

    constructor(address owner, string memory symbol, uint8 decimals_)
        ERC20("Deed test money", symbol)
        ERC20Permit("Deed test money")
        Ownable(owner)
    {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    /// @param amount In smallest units.
    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }
}
