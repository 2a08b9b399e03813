// SPDX-License-Identifier: Apache-2.0
// Made of consent.deed by `deed agreement emit`: a change belongs there.
pragma solidity ^0.8.28;

import {Calendar} from "@deed/contracts/src/Calendar.sol";
import {Deed} from "@deed/contracts/src/Deed.sol";

/// @title Consent to use of a health record
/// @notice The contract of `consent.deed`. Each function is one bullet of the text, whose words stand above it; where
/// the two differ, the bullets of the text say what was meant.
contract Consent is Deed {
    using Calendar for uint32;

    /// @dev The values agreed at signing, in the order of the text: money in smallest units, dates as days since 1970,
    /// shares in parts of 10^9, documents by the keccak256 of their content.
    struct Terms {
        address patient;
        address clinic;
        address guardian;
        address auditor;
        bytes32 scope;
        bytes32 policy;
        uint32 start;
        uint8 purpose;
        uint32 lastDay;
    }

    string private constant TERMS_TYPE =
        "Terms(address patient,address clinic,address guardian,address auditor,bytes32 scope,bytes32 policy,uint32 start,uint8 purpose,uint32 lastDay)";

    uint8 private constant USE = 2;
    uint8 private constant ERASURE = 3;
    uint8 private constant EMERGENCY = 4;
    uint8 private constant AUDIT = 5;

    // ---- What was agreed, and what changes ------------------------------------------------------------------------

    /// "Patient and Clinic are parties."
    address public immutable patient;
    address public immutable clinic;
    /// "Guardian and Auditor are third parties."
    address public immutable guardian;
    address public immutable auditor;
    /// "scope and policy are documents, agreed at signing."
    bytes32 public immutable scope;
    bytes32 public immutable policy;
    /// "start is a date from 2027-01-01 to 2030-12-31, agreed at signing."
    uint32 public immutable start;
    /// "purpose is one of treatment, research or billing, agreed at signing." 0 is treatment, 1 is research, 2 is
    /// billing.
    uint8 public immutable purpose;
    /// "last-day is a date from start to start + 1 year, agreed at signing."
    uint32 public immutable lastDay;
    /// "entry, emergency-note, finding and certificate are documents, stated later."
    bytes32 public entry;
    bytes32 public emergencyNote;
    bytes32 public finding;
    bytes32 public certificate;

    /// @param text_ keccak256 of `consent.deed`.
    constructor(bytes32 text_, Terms memory t)
        Deed("Consent to use of a health ...", text_, TERMS_TYPE, keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)),
            t)))
    {
        _checkAddress("Patient", t.patient);
        _checkAddress("Clinic", t.clinic);
        _checkAddress("Guardian", t.guardian);
        _checkAddress("Auditor", t.auditor);
        if (t.start < 20_819 || t.start > 22_279) revert OutOfBounds("start");
        if (t.purpose > 2) revert OutOfBounds("purpose");
        patient = t.patient;
        clinic = t.clinic;
        guardian = t.guardian;
        auditor = t.auditor;
        scope = t.scope;
        policy = t.policy;
        start = t.start;
        purpose = t.purpose;
        lastDay = t.lastDay;
        if (lastDay < start || lastDay > start.addMonths(12)) revert OutOfBounds("last-day");
        _checkSigners();
    }

    function parties() public view override returns (address[] memory list) {
        list = new address[](2);
        list[0] = patient;
        list[1] = clinic;
    }

    function _lastClause() internal pure override returns (uint8) {
        return AUDIT;
    }

    /// @dev When days begin, by the text.
    function _dayOffset() internal pure override returns (int40) {
        return 3600;
    }

    /// All have signed. Then clause 2 opens: "By last-day".
    function _begin() internal override {
        // Signing requires today is before start.
        if (_today() >= start) revert ConditionNotMet(1, 0);
        _open(USE, _endOf(lastDay));
    }

    // ---- 2. Use ---------------------------------------------------------------------------------------------------

    /// @notice 2. Use. "Clinic may at any time log-use, giving entry if today is not before start"
    function useLogUse(Document calldata entry_) external nonReentrant act(USE, 1) by(clinic) {
        if (!_mayUseLogUse(_today())) revert ConditionNotMet(USE, 1);
        entry = entry_.hash;
        emit Stated("entry", abi.encode(entry_.hash, entry_.uri));
    }

    /// @notice 2. Use. "Patient or Guardian may revoke"
    function useRevoke() external nonReentrant act(USE, 2) {
        if (msg.sender != patient && msg.sender != guardian) revert NotYourAct(msg.sender);
        _useOtherwise();
    }

    /// 2. Use. "Otherwise"
    function _useOtherwise() private {
        _close(USE);
        // Begin Erasure and Emergency.
        _beginErasure();
        _beginEmergency();
    }

    /// "if today is not before start"
    function _mayUseLogUse(uint32 today) private view returns (bool) {
        return today >= start;
    }

    // ---- 3. Erasure -----------------------------------------------------------------------------------------------

    /// @notice 3. Erasure. "Clinic must confirm-erasure, giving certificate"
    function erasureConfirmErasure(Document calldata certificate_) external nonReentrant act(ERASURE, 1) by(clinic) {
        _close(ERASURE);
        certificate = certificate_.hash;
        emit Stated("certificate", abi.encode(certificate_.hash, certificate_.uri));
        // End.
        _end();
    }

    /// 3. Erasure. "Otherwise"
    function _erasureOtherwise() private {
        _close(ERASURE);
        emit Breached(ERASURE, clinic);
        // End.
        _end();
    }

    /// 3. Erasure. "Within 30 days"
    function _beginErasure() private {
        _open(ERASURE, _endOf(_today() + 30));
    }

    // ---- 4. Emergency ---------------------------------------------------------------------------------------------

    /// @notice 4. Emergency. "Clinic may break-glass, giving emergency-note"
    function emergencyBreakGlass(Document calldata emergencyNote_) external nonReentrant act(EMERGENCY, 1) by(clinic) {
        _close(EMERGENCY);
        emergencyNote = emergencyNote_.hash;
        emit Stated("emergency-note", abi.encode(emergencyNote_.hash, emergencyNote_.uri));
        // Begin Audit.
        _open(AUDIT, _endOf(_today() + 14));
    }

    /// 4. Emergency. "Within 30 days"
    function _beginEmergency() private {
        _open(EMERGENCY, _endOf(_today() + 30));
    }

    // ---- 5. Audit -------------------------------------------------------------------------------------------------

    /// @notice 5. Audit. "Auditor may report, giving finding"
    function auditReport(Document calldata finding_) external nonReentrant act(AUDIT, 1) by(auditor) {
        _close(AUDIT);
        finding = finding_.hash;
        emit Stated("finding", abi.encode(finding_.hash, finding_.uri));
    }

    // ---- What the base asks for -----------------------------------------------------------------------------------

    function _elapse(uint8 clause) internal override {
        if (clause == USE) _useOtherwise();
        else if (clause == ERASURE) _erasureOtherwise();
        else _close(clause); // Emergency and Audit. "Otherwise: Do nothing."
    }

    function _routes(uint8 clause, uint40 time) internal view override returns (uint256 acts, bool must) {
        uint32 today = _dayOf(time);
        if (clause == USE) {
            acts = 1 << 2;
            if (_mayUseLogUse(today)) acts |= 1 << 1;
            return (acts, false);
        }
        if (clause == ERASURE) return (1 << 1, true);
        if (clause == EMERGENCY) return (1 << 1, false);
        if (clause == AUDIT) return (1 << 1, false);
    }

    function _remainders() internal override {
    }
}
