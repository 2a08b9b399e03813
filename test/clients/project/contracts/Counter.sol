// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Counter {
    uint256 public count;
    event Raised(address indexed by, uint256 count);
    error TooMuch(uint256 by);
    constructor(uint256 start) { count = start; }
    function raise(uint256 by) external {
        if (by > 1000) revert TooMuch(by);
        require(by != 7, "not seven");
        count += by;
        emit Raised(msg.sender, count);
    }
}
