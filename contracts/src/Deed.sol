// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IDeed} from "./IDeed.sol";
import {IERC5289} from "./IERC5289.sol";
import {Timers} from "./Timers.sol";

/// @title What all deeds share: signing, time, and money
/// @notice A deed is a set of clauses. Each open clause has one timer; the deed moves by one step at a time,
/// and a step is either an act of somebody or a timer that runs out. Whoever calls first lets every timer
/// run that is due, in the order of the instants at which they fell due and, at the same instant, of the clauses'
/// numbers. So nothing depends on when, or by whom, or whether a keeper called.
///
/// Timers read the deed's own state only: no token, no feed, no caller. Nobody can make them fail.
/// Money enters by an act, in full, and becomes a party's own by a step; it leaves by `withdraw`, which pays nobody
/// but the party it belongs to. A party that cannot be paid holds up nobody else.
abstract contract Deed is IERC5289, Timers, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// A document is stated by the hash of its content and a place to look for it. Only the hash is kept.
    struct Document {
        bytes32 hash;
        string uri;
    }

    /// Timers that one call may run before its own step. A year of a monthly lease is 26.
    uint256 internal constant MAX_STEPS = 32;
    /// No act lifts a holding or a debt above this, so that what timers can add to it is counted in 127 bits.
    uint256 internal constant MOST_MONEY = 1 << 120;

    /// @inheritdoc IDeed
    bytes32 public immutable text;
    bytes32 private immutable _signatureType;
    bytes32 private immutable _termsHash;

    /// @inheritdoc IDeed
    bool public begun;
    /// @inheritdoc IDeed
    bool public ended;
    /// @inheritdoc IDeed
    mapping(address party => uint256) public signedAt;
    /// What is a party's own and waits to be withdrawn.
    mapping(address party => mapping(address token => uint256)) private _free;

    /// @param title First line of the text; the name in the domain of the signatures.
    /// @param text_ keccak256 of the formatted `.deed` file.
    /// @param termsType EIP-712 type of the struct `Terms`, such as `Terms(address landlord,uint128 rent)`.
    /// @param termsHash EIP-712 `hashStruct` of the agreed values.
    constructor(string memory title, bytes32 text_, string memory termsType, bytes32 termsHash) EIP712(title, "1") {
        text = text_;
        _termsHash = termsHash;
        _signatureType =
            keccak256(bytes.concat("Signature(bytes32 text,Terms terms,address party,uint256 before)", bytes(termsType)));
    }

    // ---- what a particular deed says ---------------------------------------------------------------------------

    /// @inheritdoc IDeed
    function parties() public view virtual returns (address[] memory);

    /// @dev The conditions for signing, then the opening of the first clause with steps.
    function _begin() internal virtual;

    /// @dev What clause `clause` says when its timer runs out.
    function _elapse(uint8 clause) internal virtual;

    /// @dev The routes of clause `clause` that are possible at `time`, as bits: bit 1 is route 1.
    /// @return acts Bit set of routes.
    /// @return must Whether one of the clause's routes is an obligation.
    function _routes(uint8 clause, uint40 time) internal view virtual returns (uint256 acts, bool must);

    /// @dev The deed is over: what is left in each holding becomes its owner's own.
    function _remainders() internal virtual;

    // ---- signing -----------------------------------------------------------------------------------------------

    /// @inheritdoc IDeed
    /// @dev Anyone may bring a signature. One that is wrong, too late or already given is refused with `BadSignature`;
    /// a signer who is no party, with `NotYourAct`.
    function sign(address party, uint256 before, bytes calldata signature) external nonReentrant {
        address[] memory all = parties();
        bool known;
        bool complete = true;
        for (uint256 i; i < all.length; i++) {
            if (all[i] == party) known = true;
            else if (signedAt[all[i]] == 0) complete = false;
        }
        if (!known) revert NotYourAct(party);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(_signatureType, text, _termsHash, party, before)));
        if (
            signedAt[party] != 0 || block.timestamp > before
                || !SignatureChecker.isValidSignatureNowCalldata(party, digest, signature)
        ) revert BadSignature(party);

        signedAt[party] = block.timestamp;
        emit Signed(party, text);
        if (!complete) return;
        begun = true;
        _now = uint40(block.timestamp);
        emit Begun(_now);
        _begin();
    }

    /// @inheritdoc IERC5289
    /// @dev Document 0 is the text. The link is its IPFS address, which follows from the hash: CID version 1, base 16
    /// (`f01`), raw bytes (`55`), keccak-256 (`1b`) of 32 bytes (`20`).
    function legalDocument(uint16 documentId) external view returns (string memory) {
        if (documentId != 0) revert OutOfBounds("documentId");
        bytes memory digits = bytes(Strings.toHexString(uint256(text), 32));
        assembly ("memory-safe") {
            // Drops the leading "0x".
            let length := sub(mload(digits), 2)
            digits := add(digits, 2)
            mstore(digits, length)
        }
        return string.concat("ipfs://f01551b20", string(digits));
    }

    /// @inheritdoc IERC5289
    function documentSigned(address user, uint16 documentId) external view returns (bool) {
        return documentId == 0 && signedAt[user] != 0;
    }

    /// @inheritdoc IERC5289
    function documentSignedAt(address user, uint16 documentId) external view returns (uint64) {
        return documentId == 0 ? uint64(signedAt[user]) : 0;
    }

    // ---- time --------------------------------------------------------------------------------------------------

    /// @inheritdoc IDeed
    function due() public view returns (uint8 clause, uint40 time) {
        (clause, time) = _next();
        if (time > block.timestamp) clause = 0;
    }

    /// @inheritdoc IDeed
    function perform(uint256 max) public nonReentrant returns (uint256 done) {
        done = _catchUp(max, uint40(block.timestamp));
        if (done == 0) revert NothingDue();
    }

    /// @inheritdoc IDeed
    /// @dev The names and types are those of Chainlink's upkeeps; neither argument nor data says anything.
    function checkUpkeep(bytes calldata) external view returns (bool upkeepNeeded, bytes memory performData) {
        (uint8 clause,) = due();
        upkeepNeeded = clause != 0;
        performData = "";
    }

    /// @inheritdoc IDeed
    function performUpkeep(bytes calldata) external {
        perform(MAX_STEPS);
    }

    /// @inheritdoc IDeed
    /// @dev Of the deed as it stands. A clause whose timer is due and has not run yet has no acts any more;
    /// `preview` answers for the deed as it will be when they have run.
    function pending() external view returns (Pending[] memory) {
        return _pending(uint40(block.timestamp));
    }

    /// @notice What will be pending at `time` if nobody acts before. To be called, not sent: it lets the timers
    /// run, reads, and undoes everything again.
    /// @param time Unix time, not before the present.
    function preview(uint40 time) external returns (Pending[] memory) {
        if (time < block.timestamp) revert OutOfBounds("time");
        try this.rehearse(time) {}
        catch (bytes memory outcome) {
            bytes4 selector = bytes4(outcome);
            assembly ("memory-safe") {
                // Moves the start of the array over the selector: what is left is the list, ABI-encoded.
                let length := sub(mload(outcome), 4)
                outcome := add(outcome, 4)
                mstore(outcome, length)
            }
            if (selector == Rehearsed.selector) return abi.decode(outcome, (Pending[]));
        }
        revert BehindSchedule();
    }

    /// The answer of `rehearse`, which is a revert so that nothing remains of it.
    error Rehearsed(Pending[] list);

    /// @dev Always reverts: it is one half of `preview`.
    function rehearse(uint40 time) external {
        _catchUp(MAX_STEPS, time);
        (uint8 clause, uint40 next) = _next();
        if (clause != 0 && next <= time) revert BehindSchedule();
        revert Rehearsed(_pending(time));
    }

    /// @dev Opens an act: runs what is due first, then refuses if the clause does not wait for anybody. Who may act,
    /// the bounds of what is given and the condition come next, in the act itself; each refusal undoes everything.
    modifier act(uint8 clause, uint8 route) {
        _arrive(clause);
        emit Acted(clause, route, msg.sender);
        _;
        _endIfIdle();
    }

    /// @dev As `act`, for an act that says itself who has acted.
    modifier arrive(uint8 clause) {
        _arrive(clause);
        _;
        _endIfIdle();
    }

    /// @dev Only `party` may go on.
    modifier by(address party) {
        if (msg.sender != party) revert NotYourAct(msg.sender);
        _;
    }

    /// @dev Only one of these may go on.
    function _checkOneOf(address[] memory all) internal view {
        for (uint256 i; i < all.length; i++) {
            if (all[i] == msg.sender) return;
        }
        revert NotYourAct(msg.sender);
    }

    function _arrive(uint8 clause) internal {
        _settle();
        if (_due(clause) == 0) revert ClauseNotOpen(clause);
        _now = uint40(block.timestamp);
    }

    /// @dev Lets everything run that is due, and refuses if that is more than one call may.
    function _settle() internal {
        if (!begun) revert NotSigned(_unsigned());
        _catchUp(MAX_STEPS, uint40(block.timestamp));
        (uint8 first, uint40 time) = _next();
        if (first != 0 && time <= block.timestamp) revert BehindSchedule();
    }

    function _unsigned() private view returns (address) {
        address[] memory all = parties();
        uint256 i;
        while (signedAt[all[i]] != 0) i++;
        return all[i];
    }

    /// @dev Runs at most `max` of the timers that are due at `clock`, each at the instant at which it fell due.
    function _catchUp(uint256 max, uint40 clock) private returns (uint256 done) {
        for (; done < max; done++) {
            (uint8 clause, uint40 time) = _next();
            if (clause == 0 || time > clock) break;
            _now = time;
            emit Elapsed(clause, time);
            _elapse(clause);
            _endIfIdle();
        }
    }

    function _pending(uint40 time) private view returns (Pending[] memory list) {
        uint8 last = _lastClause();
        uint256 n;
        for (uint8 c = 1; c <= last; c++) {
            if (_due(c) != 0) n++;
        }
        list = new Pending[](n);
        n = 0;
        for (uint8 c = 1; c <= last; c++) {
            uint40 dueAt = _due(c);
            if (dueAt == 0) continue;
            // A clause that is due is asked what was possible while it still waited.
            (uint256 acts, bool must) = _routes(c, dueAt <= time ? dueAt - 1 : time);
            list[n++] = Pending(c, dueAt, _numbers(dueAt <= time ? 0 : acts), must);
        }
    }

    /// @dev The positions of the bits that are set.
    function _numbers(uint256 bits) private pure returns (uint8[] memory list) {
        uint256 n;
        for (uint256 rest = bits; rest != 0; rest &= rest - 1) n++;
        list = new uint8[](n);
        n = 0;
        for (uint8 i; bits >> i != 0; i++) {
            if (bits >> i & 1 != 0) list[n++] = i;
        }
    }

    // ---- the end -----------------------------------------------------------------------------------------------

    /// @dev A deed that waits for nothing is over, whether or not its text says `End`.
    function _endIfIdle() internal {
        if (!ended && _isIdle()) _end();
    }

    /// @dev `End.`
    function _end() internal {
        _clearTimers();
        ended = true;
        _remainders();
        emit Ended(_now);
    }

    // ---- money -------------------------------------------------------------------------------------------------

    /// @dev Pulls exactly `amount`. A token that takes a fee on the way is refused: what the text says was paid must
    /// be what arrived.
    function _take(address token, address from, uint256 amount) internal virtual {
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(from, address(this), amount);
        uint256 after_ = IERC20(token).balanceOf(address(this));
        if (after_ != before + amount) revert PartialTransfer(token, amount, after_ > before ? after_ - before : 0);
    }

    /// @dev Makes `amount` of the deed's money `party`'s own. Nothing is sent: a party that cannot receive must not
    /// be able to hold up a step.
    function _credit(address party, address token, uint256 amount) internal {
        if (amount == 0) return;
        _free[party][token] += amount;
        emit Credited(party, token, amount);
    }

    /// @inheritdoc IDeed
    function balanceOf(address party, address token) public view returns (uint256) {
        return _free[party][token];
    }

    /// @inheritdoc IDeed
    /// @dev Runs what is due first, so that money which became the party's meanwhile goes out with it. It does so
    /// even if more is due than one call may run: what is the party's already never has to wait.
    function withdraw(address party, address token) external nonReentrant returns (uint256 amount) {
        _catchUp(MAX_STEPS, uint40(block.timestamp));
        amount = _free[party][token];
        if (amount == 0) return 0;
        _free[party][token] = 0;
        emit Withdrawn(party, token, amount);
        _send(party, token, amount);
    }

    function _send(address party, address token, uint256 amount) internal virtual {
        IERC20(token).safeTransfer(party, amount);
    }

    /// @dev For constructors: whoever signs is somebody else than the other signers.
    function _checkSigners() internal view {
        address[] memory all = parties();
        for (uint256 i; i < all.length; i++) {
            for (uint256 j; j < i; j++) {
                if (all[i] == all[j]) revert OutOfBounds("parties");
            }
        }
    }

    /// @dev For constructors: an address that is filled in at signing must be somebody's.
    function _checkAddress(bytes32 field, address value) internal pure {
        if (value == address(0)) revert OutOfBounds(field);
    }

    /// @dev For constructors: the token must be one, with the decimals that the text gives it.
    function _checkToken(bytes32 field, address token, uint8 decimals) internal view {
        if (token.code.length == 0) revert OutOfBounds(field);
        if (IERC20Metadata(token).decimals() != decimals) revert OutOfBounds(field);
    }
}
