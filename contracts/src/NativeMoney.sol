// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Deed} from "./Deed.sol";

/// @title The chain's own coin as money of a deed
/// @notice It is token zero. It comes with the act that pays it, to the unit, and leaves by `withdraw` like any other.
abstract contract NativeMoney is Deed {
    address internal constant NATIVE = address(0);

    function _take(address token, address from, uint256 amount) internal virtual override {
        if (token != NATIVE) super._take(token, from, amount);
        else if (msg.value != amount) revert PartialTransfer(NATIVE, amount, msg.value);
    }

    function _send(address party, address token, uint256 amount) internal virtual override {
        if (token != NATIVE) super._send(party, token, amount);
        else Address.sendValue(payable(party), amount);
    }
}
