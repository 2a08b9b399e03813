// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Calendar} from "@deed/contracts/src/Calendar.sol";
import {Deed} from "@deed/contracts/src/Deed.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Residential lease
/// @notice Landlord lets the flat described in the inventory to Tenant as a home for twelve months.
/// @dev The contract of `lease.deed`. Each function below is one bullet of the text, whose words stand above it;
/// where the two differ, the bullets of the text say what was meant.
contract Lease is Deed {
    using Calendar for uint32;

    /// @dev The values agreed at signing, in the order of the text. Money is in millionths of a USDC; a date is
    /// the number of days since 1 January 1970; the inventory is the keccak256 of its content.
    struct Terms {
        address landlord;
        address tenant;
        address arbiter;
        address usdc;
        uint128 rent;
        uint32 start;
        bytes32 inventory;
    }

    string private constant TERMS_TYPE =
        "Terms(address landlord,address tenant,address arbiter,address usdc,uint128 rent,uint32 start,bytes32 inventory)";

    uint8 private constant DEPOSIT = 2;
    uint8 private constant RENT = 3;
    uint8 private constant LATE_FEE = 4;
    uint8 private constant PAYMENT = 5;
    uint8 private constant NOTICE = 6;
    uint8 private constant LEAVING = 7;
    uint8 private constant TERMINATION = 8;
    uint8 private constant HANDOVER = 9;
    uint8 private constant ANSWER = 10;
    uint8 private constant RULING = 11;
    uint8 private constant REFUND = 12;

    // ---- 1. Terms ----------------------------------------------------------------------------------------------

    /// "Landlord and Tenant are parties."
    address public immutable landlord;
    address public immutable tenant;
    /// "Arbiter is a third party."
    address public immutable arbiter;
    /// "USDC is money with 6 decimals."
    address public immutable usdc;
    /// "rent is an amount in USDC from 100 USDC to 20,000 USDC, agreed at signing."
    uint128 public immutable rent;
    uint128 private constant MIN_RENT = 100e6;
    uint128 private constant MAX_RENT = 20_000e6;
    /// "start is a date from 2027-01-01 to 2030-12-31, agreed at signing."
    uint32 public immutable start;
    uint32 private constant MIN_START = 20_819;
    uint32 private constant MAX_START = 22_279;
    /// "inventory is a document, agreed at signing."
    bytes32 public immutable inventory;
    /// "finish is start + 12 months."
    uint32 public immutable finish;
    /// "deposit is 2 * rent."
    uint128 public immutable deposit;
    /// "grace is 5 days."
    uint32 public constant grace = 5;
    /// "late-rate is 5%." In parts of 10^9.
    uint64 public constant lateRate = 50_000_000;
    /// "late-cap is 60 USDC."
    uint128 public constant lateCap = 60e6;
    /// "claim-window is 14 days."
    uint32 public constant claimWindow = 14;
    /// "security is USDC held for Tenant."
    uint128 public security;
    /// "arrears is owed by Tenant to Landlord in USDC."
    uint128 public arrears;
    /// "damage and award are amounts in USDC, stated later."
    uint128 public damage;
    uint128 public award;
    /// "report is a document, stated later."
    bytes32 public report;
    /// "leave-day is a date from start to finish, at first finish."
    uint32 public leaveDay;

    /// @dev Rounds of clauses 3 and 4 that have run.
    uint16 private _rentRound;
    uint16 private _lateFeeRound;

    uint256 private constant ROUNDS = 12;
    uint256 private constant SHARE_ONE = 1e9;

    /// @param text_ keccak256 of `lease.deed`.
    constructor(bytes32 text_, Terms memory t)
        Deed("Residential lease", text_, TERMS_TYPE, keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), t)))
    {
        _checkAddress("Landlord", t.landlord);
        _checkAddress("Tenant", t.tenant);
        _checkAddress("Arbiter", t.arbiter);
        _checkToken("USDC", t.usdc, 6);
        if (t.rent < MIN_RENT || t.rent > MAX_RENT) revert OutOfBounds("rent");
        if (t.start < MIN_START || t.start > MAX_START) revert OutOfBounds("start");
        landlord = t.landlord;
        tenant = t.tenant;
        arbiter = t.arbiter;
        usdc = t.usdc;
        rent = t.rent;
        start = t.start;
        inventory = t.inventory;
        finish = t.start.addMonths(12);
        deposit = 2 * t.rent;
        leaveDay = finish;
    }

    function parties() public view override returns (address[] memory list) {
        list = new address[](2);
        list[0] = landlord;
        list[1] = tenant;
    }

    function _lastClause() internal pure override returns (uint8) {
        return RULING;
    }

    /// "Signing requires today is before start." Then clause 2 opens: "By start - 1 day".
    function _begin() internal override {
        if (_today() >= start) revert OutOfBounds("start");
        _open(DEPOSIT, (start - 1).endOf());
    }

    // ---- 2. Deposit --------------------------------------------------------------------------------------------

    /// @notice 2. Deposit. "Tenant must pay deposit into security"
    function depositPay() external nonReentrant act(DEPOSIT, 1) by(tenant) {
        _close(DEPOSIT);
        _take(usdc, msg.sender, deposit);
        _setSecurity(security + deposit);
        // Begin Rent, Late-fee, Payment, Notice and Termination.
        _open(RENT, start.startOf());
        _open(LATE_FEE, (start + grace).startOf());
        _open(PAYMENT, (finish + 60).endOf());
        _open(NOTICE, finish.endOf());
        _open(TERMINATION, finish.endOf());
    }

    /// 2. Deposit. "Otherwise: End."
    function _depositOtherwise() private {
        _close(DEPOSIT);
        emit Breached(DEPOSIT, tenant);
        _end();
    }

    // ---- 3. Rent -----------------------------------------------------------------------------------------------

    /// 3. Rent. "Every month from start, 12 times" and "Afterwards"
    function _rentDue() private {
        if (_rentRound == ROUNDS) {
            _close(RENT);
            // Close Late-fee, Notice, Leaving and Termination.
            _close(LATE_FEE);
            _close(NOTICE);
            _close(LEAVING);
            _close(TERMINATION);
            _beginHandover();
            return;
        }
        _rentRound++;
        uint32 next = _nextRent();
        _open(RENT, next.startOf());
        // If leave-day is after today: charge rent * days from today to earlier of leave-day and next Rent /
        // days from today to next Rent to arrears.
        uint32 today = _today();
        if (leaveDay > today) {
            _charge(rent * (Math.min(leaveDay, next) - today) / (next - today));
        }
    }

    /// "next Rent": the day on which clause 3 runs again.
    function _nextRent() private view returns (uint32) {
        return start.addMonths(_rentRound);
    }

    // ---- 4. Late-fee -------------------------------------------------------------------------------------------

    /// 4. Late-fee. "Every month from start + grace, 12 times" and "Afterwards: Do nothing."
    function _lateFeeDue() private {
        if (_lateFeeRound == ROUNDS) {
            _close(LATE_FEE);
            return;
        }
        _lateFeeRound++;
        _open(LATE_FEE, (start + grace).addMonths(_lateFeeRound).startOf());
        // If arrears is more than 0 USDC: charge lesser of late-rate of arrears and late-cap to arrears.
        if (arrears > 0) _charge(Math.min(uint256(lateRate) * arrears / SHARE_ONE, lateCap));
    }

    // ---- 5. Payment --------------------------------------------------------------------------------------------

    /// @notice 5. Payment. "Anyone may at any time pay any amount up to arrears towards arrears."
    /// @param amount More than zero.
    function paymentPay(uint128 amount) external nonReentrant act(PAYMENT, 1) {
        if (amount == 0 || amount > arrears) revert OutOfBounds("amount");
        _take(usdc, msg.sender, amount);
        _setArrears(arrears - amount);
        _credit(landlord, usdc, amount);
    }

    // ---- 6. Notice ---------------------------------------------------------------------------------------------

    /// @notice 6. Notice. "Tenant may give-notice if today is not before start and today + 1 month is before finish"
    function noticeGiveNotice() external nonReentrant act(NOTICE, 1) by(tenant) {
        uint32 today = _today();
        if (!_mayGiveNotice(today)) revert ConditionNotMet(NOTICE, 1);
        _close(NOTICE);
        // Set leave-day to later of (today + 1 month) and next Rent.
        leaveDay = uint32(Math.max(today.addMonths(1), _nextRent()));
        emit Stated("leave-day", abi.encode(leaveDay));
        // Begin Leaving. 7. Leaving: "On leave-day".
        _open(LEAVING, leaveDay.startOf());
    }

    function _mayGiveNotice(uint32 today) private view returns (bool) {
        return today >= start && today.addMonths(1) < finish;
    }

    // ---- 7. Leaving --------------------------------------------------------------------------------------------

    /// 7. Leaving. "On leave-day"
    function _leavingDue() private {
        _close(LEAVING);
        // Close Rent, Late-fee and Termination.
        _close(RENT);
        _close(LATE_FEE);
        _close(TERMINATION);
        _beginHandover();
    }

    // ---- 8. Termination ----------------------------------------------------------------------------------------

    /// @notice 8. Termination. "Landlord may terminate if arrears is at least 2 * rent"
    function terminationTerminate() external nonReentrant act(TERMINATION, 1) by(landlord) {
        if (!_mayTerminate()) revert ConditionNotMet(TERMINATION, 1);
        _close(TERMINATION);
        // Close Rent, Late-fee, Notice and Leaving.
        _close(RENT);
        _close(LATE_FEE);
        _close(NOTICE);
        _close(LEAVING);
        _beginHandover();
    }

    function _mayTerminate() private view returns (bool) {
        return arrears >= 2 * rent;
    }

    // ---- 9. Handover -------------------------------------------------------------------------------------------

    /// 9. Handover. "Within claim-window"
    function _beginHandover() private {
        _open(HANDOVER, (_today() + claimWindow).endOf());
    }

    /// @notice 9. Handover. "Landlord may claim, giving damage of at most security and report"
    function handoverClaim(uint128 damage_, Document calldata report_)
        external
        nonReentrant
        act(HANDOVER, 1)
        by(landlord)
    {
        if (damage_ > security) revert OutOfBounds("damage");
        _close(HANDOVER);
        damage = damage_;
        emit Stated("damage", abi.encode(damage_));
        report = report_.hash;
        emit Stated("report", abi.encode(report_.hash, report_.uri));
        // Begin Answer. 10. Answer: "Within 7 days".
        _open(ANSWER, (_today() + 7).endOf());
    }

    /// 9. Handover. "Otherwise: Begin Refund."
    function _handoverOtherwise() private {
        _close(HANDOVER);
        _beginRefund();
    }

    // ---- 10. Answer --------------------------------------------------------------------------------------------

    /// @notice 10. Answer. "Tenant may dispute"
    function answerDispute() external nonReentrant act(ANSWER, 1) by(tenant) {
        _close(ANSWER);
        // Begin Ruling. 11. Ruling: "Within 30 days".
        _open(RULING, (_today() + 30).endOf());
    }

    /// @notice 10. Answer. "Tenant may accept"
    function answerAccept() external nonReentrant act(ANSWER, 2) by(tenant) {
        _answerOtherwise();
    }

    /// 10. Answer. "Otherwise: Release damage from security to Landlord. Begin Refund." Accepting says the same.
    function _answerOtherwise() private {
        _close(ANSWER);
        _releaseToLandlord(damage);
        _beginRefund();
    }

    // ---- 11. Ruling --------------------------------------------------------------------------------------------

    /// @notice 11. Ruling. "Arbiter may rule, giving award of at most damage"
    function rulingRule(uint128 award_) external nonReentrant act(RULING, 1) by(arbiter) {
        if (award_ > damage) revert OutOfBounds("award");
        _close(RULING);
        award = award_;
        emit Stated("award", abi.encode(award_));
        // Release award from security to Landlord. Begin Refund.
        _releaseToLandlord(award_);
        _beginRefund();
    }

    /// @notice 11. Ruling. "Arbiter may decline"
    function rulingDecline() external nonReentrant act(RULING, 2) by(arbiter) {
        _rulingOtherwise();
    }

    /// 11. Ruling. "Otherwise: Release 50% of damage from security to Landlord. Begin Refund." Declining says the same.
    function _rulingOtherwise() private {
        _close(RULING);
        _releaseToLandlord(damage / 2);
        _beginRefund();
    }

    // ---- 12. Refund --------------------------------------------------------------------------------------------

    /// 12. Refund. "Release up to arrears from security towards arrears. End."
    function _beginRefund() private {
        emit Opened(REFUND, _now, 0);
        uint128 amount = uint128(Math.min(arrears, security));
        if (amount > 0) {
            _setSecurity(security - amount);
            _setArrears(arrears - amount);
            _credit(landlord, usdc, amount);
        }
        _end();
    }

    // ---- what the base asks for --------------------------------------------------------------------------------

    function _elapse(uint8 clause) internal override {
        if (clause == DEPOSIT) _depositOtherwise();
        else if (clause == RENT) _rentDue();
        else if (clause == LATE_FEE) _lateFeeDue();
        else if (clause == LEAVING) _leavingDue();
        else if (clause == HANDOVER) _handoverOtherwise();
        else if (clause == ANSWER) _answerOtherwise();
        else if (clause == RULING) _rulingOtherwise();
        else _close(clause); // Payment, Notice and Termination. "Otherwise: Do nothing."
    }

    function _routes(uint8 clause, uint40 time) internal view override returns (uint256 acts, bool must) {
        if (clause == DEPOSIT) return (1 << 1, true);
        if (clause == PAYMENT) return (arrears > 0 ? 1 << 1 : 0, false);
        if (clause == NOTICE) return (_mayGiveNotice(Calendar.dayOf(time)) ? 1 << 1 : 0, false);
        if (clause == TERMINATION) return (_mayTerminate() ? 1 << 1 : 0, false);
        if (clause == HANDOVER) return (1 << 1, false);
        if (clause == ANSWER || clause == RULING) return (1 << 1 | 1 << 2, false);
    }

    function _remainders() internal override {
        uint128 rest = security;
        if (rest == 0) return;
        _setSecurity(0);
        _credit(tenant, usdc, rest);
    }

    // ---- holdings and debts ------------------------------------------------------------------------------------

    function _setSecurity(uint128 amount) private {
        security = amount;
        emit Stated("security", abi.encode(amount));
    }

    function _setArrears(uint128 amount) private {
        arrears = amount;
        emit Stated("arrears", abi.encode(amount));
    }

    /// @dev "Charge … to arrears."
    function _charge(uint256 amount) private {
        if (amount > 0) _setArrears(arrears + uint128(amount));
    }

    /// @dev "Release … from security to Landlord."
    function _releaseToLandlord(uint128 amount) private {
        if (amount > security) revert NotCovered("security");
        if (amount == 0) return;
        _setSecurity(security - amount);
        _credit(landlord, usdc, amount);
    }
}
