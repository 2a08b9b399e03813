// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import {Counter} from "../contracts/Counter.sol";
interface Vm { function startBroadcast() external; function stopBroadcast() external; }
contract Deploy {
    bool public IS_SCRIPT = true;
    Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    function run() external returns (Counter counter) {
        vm.startBroadcast();
        counter = new Counter(40);
        counter.raise(1);
        counter.raise(1);
        vm.stopBroadcast();
    }

    function fail() external {
        Counter counter = new Counter(0);
        counter.raise(7);
    }

    function read(Counter counter) external view returns (uint256 count) {
        return counter.count();
    }
}
