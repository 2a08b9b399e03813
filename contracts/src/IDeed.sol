// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What every deed answers, whatever its text says
/// @notice Keepers, indexers and pages rely on this interface alone. The acts of a deed are further external
/// functions named clause + verb (`depositPay`, `answerDispute`); the outline beside the text lists them.
///
/// A deed's state can be rebuilt from what was agreed and its events. `Elapsed` and `Acted` come first in their
/// step: every event up to the next of the two is an effect of that step. A holding or debt that changes is stated
/// before the money is credited, so that whoever reads the log knows where it came from. Times are logical: a timer
/// that nobody called in time is logged with the instant at which it fell due, never with the time of the block.
interface IDeed {
    /// @param acts Numbers of the routes whose conditions hold now, counted from 1 in the order of the text.
    /// @param must Whether one of the clause's routes is an obligation.
    struct Pending {
        uint8 clause;
        uint40 due;
        uint8[] acts;
        bool must;
    }

    event Signed(address indexed party, bytes32 indexed text);
    /// The last party has signed.
    event Begun(uint40 time);
    /// @param due When the clause elapses if nobody acts; zero for a clause that has only effects.
    event Opened(uint8 indexed clause, uint40 time, uint40 due);
    /// The clause waits no more: somebody acted, its time ran out, or another clause closed it. `Ended` closes all.
    event Closed(uint8 indexed clause);
    /// The clause stands still.
    /// @param left Seconds that it would still have waited.
    event Paused(uint8 indexed clause, uint40 left);
    event Resumed(uint8 indexed clause, uint40 due);
    event Acted(uint8 indexed clause, uint8 indexed act, address indexed by);
    /// One of several parties that act together has consented; with the last one the act happens.
    event Assented(uint8 indexed clause, uint8 indexed act, address indexed by);
    event Elapsed(uint8 indexed clause, uint40 time);
    /// A wait elapsed in which `party` was obliged to act.
    event Breached(uint8 indexed clause, address indexed party);
    /// A field, holding or debt has a new value. `field` is its name in the text as a short string.
    event Stated(bytes32 indexed field, bytes value);
    /// Money of the deed has become `party`'s own: it can be withdrawn.
    event Credited(address indexed party, address indexed token, uint256 amount);
    event Withdrawn(address indexed party, address indexed token, uint256 amount);
    event Ended(uint40 time);

    error NotSigned(address party);
    error BadSignature(address party);
    error NotYourAct(address caller);
    error ClauseNotOpen(uint8 clause);
    error ConditionNotMet(uint8 clause, uint8 act);
    error OutOfBounds(bytes32 field);
    error PartialTransfer(address token, uint256 expected, uint256 received);
    error StalePrice(address feed);
    /// More timers are due than one call may run: call `perform` first.
    error BehindSchedule();
    error NothingDue();
    /// A holding would go below zero. The checker proves that this cannot happen; the contract still refuses.
    error NotCovered(bytes32 holding);

    /// @notice keccak256 of the formatted `.deed` file.
    function text() external view returns (bytes32);
    function parties() external view returns (address[] memory);
    function signedAt(address party) external view returns (uint256);
    function begun() external view returns (bool);
    function ended() external view returns (bool);

    /// @notice Records `party`'s EIP-712 signature. The last one begins the deed.
    /// @param before Unix time after which the signature counts no more.
    function sign(address party, uint256 before, bytes calldata signature) external;

    /// @return clause The clause whose timer runs first, or 0 if none is due yet.
    /// @return time When the next timer is due; type(uint40).max if there is none.
    function due() external view returns (uint8 clause, uint40 time);
    /// @notice Runs at most `max` due timers, in order. Reverts with `NothingDue` if there is none.
    function perform(uint256 max) external returns (uint256 done);
    function checkUpkeep(bytes calldata) external view returns (bool upkeepNeeded, bytes memory performData);
    function performUpkeep(bytes calldata performData) external;

    /// @notice For each open clause the acts that are possible now.
    function pending() external view returns (Pending[] memory);

    /// @notice Money that `party` can withdraw.
    function balanceOf(address party, address token) external view returns (uint256);
    /// @notice Sends `party` all its money in `token`. Anyone may call it; it pays nobody else.
    function withdraw(address party, address token) external returns (uint256 amount);
}
