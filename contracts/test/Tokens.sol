// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev Tokens that a deed has to stand up to. All have 6 decimals and let anyone mint.
abstract contract OpenToken is ERC20 {
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @dev Keeps 1% of every transfer.
contract FeeToken is OpenToken {
    constructor() ERC20("Fee", "FEE") {}

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : value / 100;
        super._update(from, to, value - fee);
        if (fee != 0) super._update(from, address(0xfee), fee);
    }
}

/// @dev Says `false` and moves nothing once it is told to.
contract FalseToken is OpenToken {
    bool public broken;

    constructor() ERC20("False", "FALSE") {}

    function setBroken(bool value) external {
        broken = value;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return broken ? false : super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return broken ? false : super.transferFrom(from, to, value);
    }
}

/// @dev Calls somebody in the middle of each transfer, and remembers how that went.
contract ReentrantToken is OpenToken {
    address public target;
    bytes public call;
    bytes public answer;
    bool public succeeded;

    constructor() ERC20("Reentrant", "RE") {}

    function setCall(address target_, bytes calldata call_) external {
        (target, call) = (target_, call_);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (target != address(0)) (succeeded, answer) = target.call(call);
    }
}

/// @dev Refuses to pay one recipient, as a token with a blacklist does.
contract BlockingToken is OpenToken {
    address public blocked;

    constructor() ERC20("Blocking", "BLOCK") {}

    function setBlocked(address value) external {
        blocked = value;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(to != blocked || to == address(0), "blocked");
        super._update(from, to, value);
    }
}

/// @dev Has two decimals where the lease says six.
contract CentToken is ERC20 {
    constructor() ERC20("Cent", "CENT") {}

    function decimals() public pure override returns (uint8) {
        return 2;
    }
}
