// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Deed} from "@deed/contracts/src/Deed.sol";

/// @notice The smallest deed that keeps a keeper busy: every period both parties are credited `amount`.
/// Its money is sent to it beforehand, which a real deed would not see.
contract Clockwork is Deed {
    struct Terms {
        address first;
        address second;
        address token;
        uint40 start;
        uint40 period;
        uint256 rounds;
        uint128 amount;
    }

    string private constant TERMS_TYPE =
        "Terms(address first,address second,address token,uint40 start,uint40 period,uint256 rounds,uint128 amount)";

    address public immutable first;
    address public immutable second;
    address public immutable token;
    uint40 public immutable start;
    uint40 public immutable period;
    uint256 public immutable rounds;
    uint128 public immutable amount;
    uint256 public round;

    constructor(bytes32 text_, Terms memory t)
        Deed("Clockwork", text_, TERMS_TYPE, keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), t)))
    {
        (first, second, token) = (t.first, t.second, t.token);
        (start, period, rounds, amount) = (t.start, t.period, t.rounds, t.amount);
    }

    function parties() public view override returns (address[] memory list) {
        list = new address[](2);
        list[0] = first;
        list[1] = second;
    }

    function _lastClause() internal pure override returns (uint8) {
        return 1;
    }

    function _begin() internal override {
        _open(1, start);
    }

    function _elapse(uint8) internal override {
        round++;
        if (round < rounds) _open(1, uint40(start + period * round));
        else _close(1);
        _credit(first, token, amount);
        _credit(second, token, amount);
    }

    function _routes(uint8, uint40) internal pure override returns (uint256, bool) {}

    function _remainders() internal override {}
}

/// @notice A token that refuses to pay one account, as tokens with a list of blocked accounts do.
contract Picky is ERC20 {
    address public refused;

    constructor() ERC20("Picky", "PICK") {
        _mint(msg.sender, 1e24);
    }

    function refuse(address account) external {
        refused = account;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(to != refused || to == address(0), "account is blocked");
        super._update(from, to, value);
    }
}

/// @notice Looks like a deed in its events and answers nothing.
contract Impostor {
    event Signed(address indexed party, bytes32 indexed text);

    function pretend() external {
        emit Signed(msg.sender, 0);
    }
}

/// @notice Answers like a deed whose timer is always due, and takes the keeper's gas for nothing.
contract Treadmill {
    event Begun(uint40 time);

    bytes32 public text;
    bool public begun = true;
    bool public ended;

    function start() external {
        emit Begun(uint40(block.timestamp));
    }

    function parties() external pure returns (address[] memory) {}

    function due() external pure returns (uint8, uint40) {
        return (1, 1);
    }

    function perform(uint256) external pure returns (uint256) {
        return 1;
    }
}
