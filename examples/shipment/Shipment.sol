// SPDX-License-Identifier: Apache-2.0
// Made of shipment.deed by `deed agreement emit`: a change belongs there.
pragma solidity ^0.8.28;

import {Deed} from "@deed/contracts/src/Deed.sol";
import {Orders} from "@deed/contracts/src/Orders.sol";
import {Pausing} from "@deed/contracts/src/Pausing.sol";
import {Timers} from "@deed/contracts/src/Timers.sol";

/// @title Cold-chain shipment
/// @notice The contract of `shipment.deed`. Each function is one bullet of the text, whose words stand above it; where
/// the two differ, the bullets of the text say what was meant.
contract Shipment is Orders, Pausing {
    /// @dev The values agreed at signing, in the order of the text: money in smallest units, dates as days since 1970,
    /// shares in parts of 10^9, documents by the keccak256 of their content.
    struct Terms {
        address buyer;
        address carrier;
        address sensor;
        address inspector;
        address usdc;
        uint128 price;
        uint32 lastDay;
    }

    string private constant TERMS_TYPE =
        "Terms(address buyer,address carrier,address sensor,address inspector,address usdc,uint128 price,uint32 lastDay)";

    uint8 private constant FUNDING = 2;
    uint8 private constant CARRIAGE = 3;
    uint8 private constant ACCEPTANCE = 4;
    uint8 private constant LEG_PAYMENT = 5;
    uint8 private constant REJECTION = 6;
    uint8 private constant MONITORING = 7;
    uint8 private constant QUARANTINE = 8;

    // ---- What was agreed, and what changes ------------------------------------------------------------------------

    /// "Buyer and Carrier are parties."
    address public immutable buyer;
    address public immutable carrier;
    /// "Sensor and Inspector are third parties."
    address public immutable sensor;
    address public immutable inspector;
    /// "USDC is money with 6 decimals."
    address public immutable usdc;
    /// "price is an amount in USDC from 100 USDC to 10,000,000 USDC, agreed at signing."
    uint128 public immutable price;
    /// "last-day is a date from 2027-01-01 to 2030-12-31, agreed at signing."
    uint32 public immutable lastDay;
    /// "limit is 8 celsius." In 10ths of a celsius.
    uint128 public constant limit = 80;
    /// "reading is a number of celsius from -90 celsius to 90 celsius, stated later." In 10ths of a celsius.
    int128 public reading;
    /// "receipt and findings are documents, stated later."
    bytes32 public receipt;
    bytes32 public findings;
    /// "purse is USDC held for Buyer."
    uint128 public purse;
    /// "leg is a row of this table." Rows that have been taken.
    uint8 public leg;

    /// @param text_ keccak256 of `shipment.deed`.
    constructor(bytes32 text_, Terms memory t)
        Deed("Cold-chain shipment", text_, TERMS_TYPE, keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), t)))
    {
        _checkAddress("Buyer", t.buyer);
        _checkAddress("Carrier", t.carrier);
        _checkAddress("Sensor", t.sensor);
        _checkAddress("Inspector", t.inspector);
        _checkToken("USDC", t.usdc, 6);
        if (t.price < 100e6 || t.price > 10_000_000e6) revert OutOfBounds("price");
        if (t.lastDay < 20_819 || t.lastDay > 22_279) revert OutOfBounds("last-day");
        buyer = t.buyer;
        carrier = t.carrier;
        sensor = t.sensor;
        inspector = t.inspector;
        usdc = t.usdc;
        price = t.price;
        lastDay = t.lastDay;
        _checkSigners();
    }

    function parties() public view override returns (address[] memory list) {
        list = new address[](2);
        list[0] = buyer;
        list[1] = carrier;
    }

    function _lastClause() internal pure override returns (uint8) {
        return QUARANTINE;
    }

    /// All have signed. Then clause 2 opens: "Within 5 days".
    function _begin() internal override {
        _open(FUNDING, _endOf(_today() + 5));
    }

    // ---- 2. Funding -----------------------------------------------------------------------------------------------

    /// @notice 2. Funding. "Buyer must pay price into purse"
    function fundingPay() external nonReentrant duty(FUNDING, 1, buyer) {
        _close(FUNDING);
        _takeOrdered(usdc, price);
        _setPurse(purse + price);
        // Take the next leg.
        _takeNextLeg();
        // Begin Carriage and Monitoring.
        _beginCarriage();
        _beginMonitoring();
    }

    /// 2. Funding. "Otherwise"
    function _fundingOtherwise() private {
        _close(FUNDING);
        emit Breached(FUNDING, buyer);
        // End.
        _end();
    }

    // ---- 3. Carriage ----------------------------------------------------------------------------------------------

    /// @notice 3. Carriage. "Carrier must hand-over, giving receipt"
    function carriageHandOver(Document calldata receipt_) external nonReentrant act(CARRIAGE, 1) by(carrier) {
        _close(CARRIAGE);
        receipt = receipt_.hash;
        emit Stated("receipt", abi.encode(receipt_.hash, receipt_.uri));
        // Begin Acceptance.
        _open(ACCEPTANCE, _endOf(_today() + 2));
    }

    /// 3. Carriage. "Otherwise"
    function _carriageOtherwise() private {
        _close(CARRIAGE);
        emit Breached(CARRIAGE, carrier);
        // End.
        _end();
    }

    /// 3. Carriage. "Within leg's time-limit"
    function _beginCarriage() private {
        _open(CARRIAGE, _endOf(_today() + _legTimeLimit()));
    }

    // ---- 4. Acceptance --------------------------------------------------------------------------------------------

    /// @notice 4. Acceptance. "Buyer may reject, giving findings"
    function acceptanceReject(Document calldata findings_) external nonReentrant act(ACCEPTANCE, 1) by(buyer) {
        _close(ACCEPTANCE);
        findings = findings_.hash;
        emit Stated("findings", abi.encode(findings_.hash, findings_.uri));
        // Begin Rejection.
        _open(REJECTION, _endOf(_today() + 10));
    }

    /// @notice 4. Acceptance. "Buyer may accept"
    function acceptanceAccept() external nonReentrant act(ACCEPTANCE, 2) by(buyer) {
        _acceptanceOtherwise();
    }

    /// 4. Acceptance. "Otherwise"
    function _acceptanceOtherwise() private {
        _close(ACCEPTANCE);
        // Begin Leg-payment.
        _beginLegPayment();
    }

    // ---- 5. Leg-payment -------------------------------------------------------------------------------------------

    /// 5. Leg-payment
    function _beginLegPayment() private {
        emit Opened(LEG_PAYMENT, _now, 0);
        // Release leg's portion of price from purse to Carrier.
        _releasePurseToCarrier(_legPortion() * price / 1000e6);
        // If another leg remains:
        if (leg < 3) {
            // Take the next leg.
            _takeNextLeg();
            // Begin Carriage.
            _beginCarriage();
        } else {
            // End.
            _end();
        }
    }

    // ---- 6. Rejection ---------------------------------------------------------------------------------------------

    /// @notice 6. Rejection. "Inspector may uphold, giving findings"
    function rejectionUphold(Document calldata findings_) external nonReentrant act(REJECTION, 1) by(inspector) {
        _close(REJECTION);
        findings = findings_.hash;
        emit Stated("findings", abi.encode(findings_.hash, findings_.uri));
        // End.
        _end();
    }

    /// @notice 6. Rejection. "Inspector may overrule, giving findings"
    function rejectionOverrule(Document calldata findings_) external nonReentrant act(REJECTION, 2) by(inspector) {
        _close(REJECTION);
        findings = findings_.hash;
        emit Stated("findings", abi.encode(findings_.hash, findings_.uri));
        // Begin Leg-payment.
        _beginLegPayment();
    }

    /// 6. Rejection. "Otherwise"
    function _rejectionOtherwise() private {
        _close(REJECTION);
        // Begin Leg-payment.
        _beginLegPayment();
    }

    // ---- 7. Monitoring --------------------------------------------------------------------------------------------

    /// @notice 7. Monitoring. "Sensor may report, giving reading if reading is more than limit"
    function monitoringReport(int128 reading_) external nonReentrant act(MONITORING, 1) by(sensor) {
        if (int256(reading_) < -900 || int256(reading_) > 900) revert OutOfBounds("reading");
        if (int256(reading_) <= int256(uint256(limit))) revert ConditionNotMet(MONITORING, 1);
        _close(MONITORING);
        reading = reading_;
        emit Stated("reading", abi.encode(reading));
        // Pause Carriage, Acceptance and Rejection.
        _pause(CARRIAGE);
        _pause(ACCEPTANCE);
        _pause(REJECTION);
        // Begin Quarantine.
        _open(QUARANTINE, _endOf(_today() + 5));
    }

    /// 7. Monitoring. "By last-day"
    function _beginMonitoring() private {
        _open(MONITORING, _endOf(lastDay));
    }

    // ---- 8. Quarantine --------------------------------------------------------------------------------------------

    /// @notice 8. Quarantine. "Inspector may condemn, giving findings"
    function quarantineCondemn(Document calldata findings_) external nonReentrant act(QUARANTINE, 1) by(inspector) {
        _close(QUARANTINE);
        findings = findings_.hash;
        emit Stated("findings", abi.encode(findings_.hash, findings_.uri));
        // End.
        _end();
    }

    /// @notice 8. Quarantine. "Inspector may clear, giving findings"
    function quarantineClear(Document calldata findings_) external nonReentrant act(QUARANTINE, 2) by(inspector) {
        _close(QUARANTINE);
        findings = findings_.hash;
        emit Stated("findings", abi.encode(findings_.hash, findings_.uri));
        // Resume Carriage, Acceptance and Rejection.
        _resume(CARRIAGE);
        _resume(ACCEPTANCE);
        _resume(REJECTION);
        // Begin Monitoring.
        _beginMonitoring();
    }

    /// 8. Quarantine. "Otherwise"
    function _quarantineOtherwise() private {
        _close(QUARANTINE);
        // Resume Carriage, Acceptance and Rejection.
        _resume(CARRIAGE);
        _resume(ACCEPTANCE);
        _resume(REJECTION);
    }

    // ---- What the base asks for -----------------------------------------------------------------------------------

    function _elapse(uint8 clause) internal override {
        if (clause == FUNDING) _fundingOtherwise();
        else if (clause == CARRIAGE) _carriageOtherwise();
        else if (clause == ACCEPTANCE) _acceptanceOtherwise();
        else if (clause == REJECTION) _rejectionOtherwise();
        else if (clause == QUARANTINE) _quarantineOtherwise();
        else _close(clause); // Monitoring. "Otherwise: Do nothing."
    }

    function _routes(uint8 clause, uint40) internal pure override returns (uint256 acts, bool must) {
        if (clause == FUNDING) return (1 << 1, true);
        if (clause == CARRIAGE) return (1 << 1, true);
        if (clause == ACCEPTANCE) return (1 << 1 | 1 << 2, false);
        if (clause == REJECTION) return (1 << 1 | 1 << 2, false);
        if (clause == MONITORING) return (1 << 1, false);
        if (clause == QUARANTINE) return (1 << 1 | 1 << 2, false);
    }

    function _remainders() internal override {
        _releasePurseToBuyer(purse);
    }

    // ---- Holdings, debts and values -------------------------------------------------------------------------------

    function _setPurse(uint128 amount) private {
        purse = amount;
        emit Stated("purse", abi.encode(amount));
    }

    /// @dev "Release … from purse to Carrier."
    function _releasePurseToCarrier(uint256 amount) private {
        if (amount > purse) revert NotCovered("purse");
        if (amount == 0) return;
        _setPurse(purse - uint128(amount));
        _credit(carrier, usdc, amount);
    }

    /// @dev "Release … from purse to Buyer."
    function _releasePurseToBuyer(uint256 amount) private {
        if (amount > purse) revert NotCovered("purse");
        if (amount == 0) return;
        _setPurse(purse - uint128(amount));
        _credit(buyer, usdc, amount);
    }

    /// @dev "Take the next leg."
    function _takeNextLeg() private {
        leg++;
        emit Stated("leg", abi.encode(leg));
    }

    /// "leg's time-limit": the column time-limit of the current row.
    function _legTimeLimit() private view returns (uint32) {
        if (leg == 1) return 3;
        if (leg == 2) return 20;
        return 10;
    }

    /// "leg's portion": the column portion of the current row.
    function _legPortion() private view returns (uint64) {
        if (leg == 1) return 200e6;
        if (leg == 2) return 300e6;
        return 500e6;
    }

    function _close(uint8 clause) internal override(Timers, Pausing) {
        super._close(clause);
    }

    function _isOpen(uint8 clause) internal view override(Timers, Pausing) returns (bool) {
        return super._isOpen(clause);
    }
}
