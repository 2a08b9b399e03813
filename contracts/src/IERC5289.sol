// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The views of ERC-5289: which legal document a contract stands for, and who has signed it
/// @dev `signDocument` of the ERC is left out: a deed is signed with `IDeed.sign`, because what a party signs
/// includes the agreed values and a last day for the signature, which the ERC's call has no place for.
interface IERC5289 {
    /// @notice An immutable link to the document.
    function legalDocument(uint16 documentId) external view returns (string memory);
    function documentSigned(address user, uint16 documentId) external view returns (bool signed);
    /// @notice Unix time of the signature, 0 if there is none.
    function documentSignedAt(address user, uint16 documentId) external view returns (uint64 timestamp);
}
