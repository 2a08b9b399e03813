// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title A dollar for development chains
/// @notice An ordinary ERC-20 with the six decimals of USDC and with approval by signature (ERC-2612). Its
/// symbol says that it is no dollar. Only its owner makes new ones.
contract TestDollar is ERC20Permit, Ownable {
    constructor(address owner) ERC20("Deed test dollar", "tUSDC") ERC20Permit("Deed test dollar") Ownable(owner) {}

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @param amount In millionths of a dollar.
    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }
}
