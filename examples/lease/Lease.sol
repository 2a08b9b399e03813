// SPDX-License-Identifier: Apache-2.0
// Made of lease.deed by `deed agreement emit`: a change belongs there.
pragma solidity ^0.8.28;

import {Calendar} from "@deed/contracts/src/Calendar.sol";
import {Deed} from "@deed/contracts/src/Deed.sol";
import {Orders} from "@deed/contracts/src/Orders.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Residential lease
/// @notice The contract of `lease.deed`. Each function is one bullet of the text, whose words stand above it; where the
/// two differ, the bullets of the text say what was meant.
contract Lease is Orders {
    using Calendar for uint32;

    /// @dev The values agreed at signing, in the order of the text: money in smallest units, dates as days since 1970,
    /// shares in parts of 10^9, documents by the keccak256 of their content.
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

    // ---- What was agreed, and what changes ------------------------------------------------------------------------

    /// "Landlord and Tenant are parties."
    address public immutable landlord;
    address public immutable tenant;
    /// "Arbiter is a third party."
    address public immutable arbiter;
    /// "USDC is money with 6 decimals."
    address public immutable usdc;
    /// "rent is an amount in USDC from 100 USDC to 20,000 USDC, agreed at signing."
    uint128 public immutable rent;
    /// "start is a date from 2027-01-01 to 2030-12-31, agreed at signing."
    uint32 public immutable start;
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
    /// "leave-day is a date from start to finish, at first finish."
    uint32 public leaveDay;
    /// "damage and award are amounts in USDC, stated later."
    uint128 public damage;
    uint128 public award;
    /// "report is a document, stated later."
    bytes32 public report;

    /// @dev Rounds that have run.
    uint16 private _rentRound;
    uint16 private _lateFeeRound;

    /// @param text_ keccak256 of `lease.deed`.
    constructor(bytes32 text_, Terms memory t)
        Deed("Residential lease", text_, TERMS_TYPE, keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), t)))
    {
        _checkAddress("Landlord", t.landlord);
        _checkAddress("Tenant", t.tenant);
        _checkAddress("Arbiter", t.arbiter);
        _checkToken("USDC", t.usdc, 6);
        if (t.rent < 100e6 || t.rent > 20_000e6) revert OutOfBounds("rent");
        if (t.start < 20_819 || t.start > 22_279) revert OutOfBounds("start");
        landlord = t.landlord;
        tenant = t.tenant;
        arbiter = t.arbiter;
        usdc = t.usdc;
        rent = t.rent;
        start = t.start;
        inventory = t.inventory;
        finish = start.addMonths(12);
        deposit = 2 * rent;
        leaveDay = finish;
        _checkSigners();
    }

    function parties() public view override returns (address[] memory list) {
        list = new address[](2);
        list[0] = landlord;
        list[1] = tenant;
    }

    function _lastClause() internal pure override returns (uint8) {
        return RULING;
    }

    /// All have signed. Then clause 2 opens: "By start - 1 day".
    function _begin() internal override {
        // Signing requires today is before start.
        if (_today() >= start) revert ConditionNotMet(1, 0);
        _open(DEPOSIT, _endOf(start - 1));
    }

    // ---- 2. Deposit -----------------------------------------------------------------------------------------------

    /// @notice 2. Deposit. "Tenant must pay deposit into security"
    function depositPay() external nonReentrant duty(DEPOSIT, 1, tenant) {
        _close(DEPOSIT);
        _takeOrdered(usdc, deposit);
        _setSecurity(security + deposit);
        // Begin Rent, Late-fee, Payment, Notice and Termination.
        _open(RENT, _startOf(start));
        _open(LATE_FEE, _startOf(start + grace));
        _open(PAYMENT, _endOf(finish + 60));
        _open(NOTICE, _endOf(finish));
        _open(TERMINATION, _endOf(finish));
    }

    /// 2. Deposit. "Otherwise"
    function _depositOtherwise() private {
        _close(DEPOSIT);
        emit Breached(DEPOSIT, tenant);
        // End.
        _end();
    }

    // ---- 3. Rent --------------------------------------------------------------------------------------------------

    /// 3. Rent. "Every month from start, 12 times" and "Afterwards"
    function _rentDue() private {
        uint32 today = _today();
        if (_rentRound == 12) {
            _close(RENT);
            // Close Late-fee, Notice, Leaving and Termination.
            _close(LATE_FEE);
            _close(NOTICE);
            _close(LEAVING);
            _close(TERMINATION);
            // Begin Handover.
            _beginHandover();
            return;
        }
        _rentRound++;
        uint32 nextRent = _nextRent();
        _open(RENT, _startOf(nextRent));
        // If leave-day is after today:
        if (leaveDay > today) {
            // Charge rent * days from today to earlier of leave-day and next Rent / days from today to next Rent to
            // arrears.
            _chargeArrears(rent * (uint32(Math.min(leaveDay, nextRent)) - today) / (nextRent - today));
        }
    }

    /// "next Rent": the day on which clause 3 runs again.
    function _nextRent() private view returns (uint32) {
        return start.addMonths(_rentRound);
    }

    // ---- 4. Late-fee ----------------------------------------------------------------------------------------------

    /// 4. Late-fee. "Every month from start + grace, 12 times" and "Afterwards"
    function _lateFeeDue() private {
        if (_lateFeeRound == 12) {
            _close(LATE_FEE);
            return;
        }
        _lateFeeRound++;
        _open(LATE_FEE, _startOf(_nextLateFee()));
        // If arrears is more than 0 USDC:
        if (arrears > 0) {
            // Charge lesser of late-rate of arrears and late-cap to arrears.
            _chargeArrears(Math.min(uint256(lateRate) * arrears / 1000e6, lateCap));
        }
    }

    /// "next Late-fee": the day on which clause 4 runs again.
    function _nextLateFee() private view returns (uint32) {
        return Calendar.addMonths(start + grace, _lateFeeRound);
    }

    // ---- 5. Payment -----------------------------------------------------------------------------------------------

    /// @notice 5. Payment. "Anyone may at any time pay any amount up to arrears towards arrears"
    /// @param amount More than zero.
    function paymentPay(uint128 amount) external nonReentrant settlement(PAYMENT, 1, tenant) {
        if (amount == 0 || amount > arrears) revert OutOfBounds("amount");
        _takeOrdered(usdc, amount);
        _setArrears(arrears - amount);
        _credit(landlord, usdc, amount);
    }

    // ---- 6. Notice ------------------------------------------------------------------------------------------------

    /// @notice 6. Notice. "Tenant may give-notice if today is not before start and today + 1 month is before finish"
    function noticeGiveNotice() external nonReentrant act(NOTICE, 1) by(tenant) {
        uint32 today = _today();
        if (!_mayNoticeGiveNotice(today)) revert ConditionNotMet(NOTICE, 1);
        _close(NOTICE);
        // Set leave-day to later of (today + 1 month) and next Rent.
        leaveDay = uint32(Math.max(today.addMonths(1), _nextRent()));
        emit Stated("leave-day", abi.encode(leaveDay));
        // Begin Leaving.
        _open(LEAVING, _startOf(leaveDay));
    }

    /// "if today is not before start and today + 1 month is before finish"
    function _mayNoticeGiveNotice(uint32 today) private view returns (bool) {
        return today >= start && today.addMonths(1) < finish;
    }

    // ---- 7. Leaving -----------------------------------------------------------------------------------------------

    /// 7. Leaving. "On leave-day"
    function _leavingDue() private {
        _close(LEAVING);
        // Close Rent, Late-fee and Termination.
        _close(RENT);
        _close(LATE_FEE);
        _close(TERMINATION);
        // Begin Handover.
        _beginHandover();
    }

    // ---- 8. Termination -------------------------------------------------------------------------------------------

    /// @notice 8. Termination. "Landlord may terminate if arrears is at least 2 * rent"
    function terminationTerminate() external nonReentrant act(TERMINATION, 1) by(landlord) {
        if (!_mayTerminationTerminate()) revert ConditionNotMet(TERMINATION, 1);
        _close(TERMINATION);
        // Close Rent, Late-fee, Notice and Leaving.
        _close(RENT);
        _close(LATE_FEE);
        _close(NOTICE);
        _close(LEAVING);
        // Begin Handover.
        _beginHandover();
    }

    /// "if arrears is at least 2 * rent"
    function _mayTerminationTerminate() private view returns (bool) {
        return arrears >= 2 * rent;
    }

    // ---- 9. Handover ----------------------------------------------------------------------------------------------

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
        emit Stated("damage", abi.encode(damage));
        report = report_.hash;
        emit Stated("report", abi.encode(report_.hash, report_.uri));
        // Begin Answer.
        _open(ANSWER, _endOf(_today() + 7));
    }

    /// 9. Handover. "Otherwise"
    function _handoverOtherwise() private {
        _close(HANDOVER);
        // Begin Refund.
        _beginRefund();
    }

    /// 9. Handover. "Within claim-window"
    function _beginHandover() private {
        _open(HANDOVER, _endOf(_today() + claimWindow));
    }

    // ---- 10. Answer -----------------------------------------------------------------------------------------------

    /// @notice 10. Answer. "Tenant may dispute"
    function answerDispute() external nonReentrant act(ANSWER, 1) by(tenant) {
        _close(ANSWER);
        // Begin Ruling.
        _open(RULING, _endOf(_today() + 30));
    }

    /// @notice 10. Answer. "Tenant may accept"
    function answerAccept() external nonReentrant act(ANSWER, 2) by(tenant) {
        _answerOtherwise();
    }

    /// 10. Answer. "Otherwise"
    function _answerOtherwise() private {
        _close(ANSWER);
        // Release damage from security to Landlord.
        _releaseSecurityToLandlord(damage);
        // Begin Refund.
        _beginRefund();
    }

    // ---- 11. Ruling -----------------------------------------------------------------------------------------------

    /// @notice 11. Ruling. "Arbiter may rule, giving award of at most damage"
    function rulingRule(uint128 award_) external nonReentrant act(RULING, 1) by(arbiter) {
        if (award_ > damage) revert OutOfBounds("award");
        _close(RULING);
        award = award_;
        emit Stated("award", abi.encode(award));
        // Release award from security to Landlord.
        _releaseSecurityToLandlord(award);
        // Begin Refund.
        _beginRefund();
    }

    /// @notice 11. Ruling. "Arbiter may decline"
    function rulingDecline() external nonReentrant act(RULING, 2) by(arbiter) {
        _rulingOtherwise();
    }

    /// 11. Ruling. "Otherwise"
    function _rulingOtherwise() private {
        _close(RULING);
        // Release 50% of damage from security to Landlord.
        _releaseSecurityToLandlord(damage / 2);
        // Begin Refund.
        _beginRefund();
    }

    // ---- 12. Refund -----------------------------------------------------------------------------------------------

    /// 12. Refund
    function _beginRefund() private {
        emit Opened(REFUND, _now, 0);
        // Release up to arrears from security towards arrears.
        _releaseSecurityTowardsArrears(Math.min(arrears, security));
        // End.
        _end();
    }

    // ---- What the base asks for -----------------------------------------------------------------------------------

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
        uint32 today = _dayOf(time);
        if (clause == DEPOSIT) return (1 << 1, true);
        if (clause == PAYMENT) return (arrears > 0 ? 1 << 1 : 0, false);
        if (clause == NOTICE) return (_mayNoticeGiveNotice(today) ? 1 << 1 : 0, false);
        if (clause == TERMINATION) return (_mayTerminationTerminate() ? 1 << 1 : 0, false);
        if (clause == HANDOVER) return (1 << 1, false);
        if (clause == ANSWER) return (1 << 1 | 1 << 2, false);
        if (clause == RULING) return (1 << 1 | 1 << 2, false);
    }

    function _remainders() internal override {
        _releaseSecurityToTenant(security);
    }

    // ---- Holdings, debts and values -------------------------------------------------------------------------------

    function _setSecurity(uint128 amount) private {
        security = amount;
        emit Stated("security", abi.encode(amount));
    }

    function _setArrears(uint128 amount) private {
        arrears = amount;
        emit Stated("arrears", abi.encode(amount));
    }

    /// @dev "Charge … to arrears."
    function _chargeArrears(uint256 amount) private {
        if (amount != 0) _setArrears(arrears + uint128(amount));
    }

    /// @dev "Release … from security towards arrears."
    function _releaseSecurityTowardsArrears(uint256 amount) private {
        if (amount > security) revert NotCovered("security");
        if (amount > arrears) revert NotCovered("arrears");
        if (amount == 0) return;
        _setSecurity(security - uint128(amount));
        _setArrears(arrears - uint128(amount));
        _credit(landlord, usdc, amount);
    }

    /// @dev "Release … from security to Landlord."
    function _releaseSecurityToLandlord(uint256 amount) private {
        if (amount > security) revert NotCovered("security");
        if (amount == 0) return;
        _setSecurity(security - uint128(amount));
        _credit(landlord, usdc, amount);
    }

    /// @dev "Release … from security to Tenant."
    function _releaseSecurityToTenant(uint256 amount) private {
        if (amount > security) revert NotCovered("security");
        if (amount == 0) return;
        _setSecurity(security - uint128(amount));
        _credit(tenant, usdc, amount);
    }
}
