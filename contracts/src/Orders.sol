// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Deed} from "./Deed.sol";

/// @title Standing orders
/// @notice A payer may let anybody perform its payments from its allowance, up to a limit: those that it must make, and
/// those towards what it owes. It stays an act: if the money cannot be had, nothing has happened.
abstract contract Orders is Deed {
    event Ordered(address indexed payer, address indexed token, uint256 limit);

    /// What may still be paid for a payer without it.
    mapping(address payer => mapping(address token => uint256)) public orderOf;
    /// Whose order is being performed.
    address private transient _ordered;

    /// @notice Sets what anybody may pay for the caller from now on.
    function autopay(address token, uint256 limit) external {
        orderOf[msg.sender][token] = limit;
        emit Ordered(msg.sender, token, limit);
    }

    /// @notice Performs a payment of `payer`. Any other act that `call` names is the caller's own.
    /// @param call The payment, encoded as if the payer called it.
    function payFor(address payer, bytes calldata call) external {
        if (_ordered != address(0) || payer == address(0)) revert NotYourAct(msg.sender);
        _ordered = payer;
        Address.functionDelegateCall(address(this), call);
        _ordered = address(0);
    }

    /// @dev An obligation of `party` to pay.
    modifier duty(uint8 clause, uint8 route, address party) {
        _arrive(clause);
        address payer = _payer();
        if (payer != party) revert NotYourAct(payer);
        emit Acted(clause, route, payer);
        _;
        _endIfIdle();
    }

    /// @dev A payment towards a debt of `debtor`, which anybody may make.
    modifier settlement(uint8 clause, uint8 route, address debtor) {
        _arrive(clause);
        if (_ordered != address(0) && _ordered != debtor) revert NotYourAct(msg.sender);
        emit Acted(clause, route, _payer());
        _;
        _endIfIdle();
    }

    function _payer() internal view returns (address) {
        return _ordered == address(0) ? msg.sender : _ordered;
    }

    /// @dev Pulls the money from the payer, and counts it against the order if somebody else called.
    function _takeOrdered(address token, uint256 amount) internal {
        address payer = _payer();
        if (payer != msg.sender) {
            uint256 limit = orderOf[payer][token];
            if (amount > limit) revert OutOfBounds("autopay");
            orderOf[payer][token] = limit - amount;
        }
        _take(token, payer, amount);
    }
}
