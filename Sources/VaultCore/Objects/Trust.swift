/// What a key may do.
public enum Role: String, Hashable, Sendable, CaseIterable {
  /// Commit evidence.
  case collect
  /// Open, amend and close periods.
  case manage
  /// Sign seals, waivers, declarations and repudiations.
  case approve
  /// Draw samples and record results.
  case audit
}

/// Who may do what: a numbered document; the id of the first is the vault's id (docs/format.md, "Trust").
public struct Trust: VaultDocument, Hashable {
  public static let documentType = "trust"
  /// The SSHSIG namespace of signatures over trust documents.
  public static let signatureNamespace = "trust@evidence-vault.org"

  /// A named key with what it may do.
  public struct Signer: Hashable, Sendable {
    /// A name for people, `[A-Za-z0-9][A-Za-z0-9._@-]{0,63}`, unique in the document.
    public let name: String
    /// The public key as in authorized_keys: type and base64, no comment.
    public let key: String
    /// What the key may do.
    public let roles: [Role]
    /// The periods it may write to; none means none.
    public let periods: [Glob]
    /// The paths it may write evidence at; none means none.
    public let paths: [Glob]
    /// The first instant at which the key counts.
    public let validFrom: Timestamp?
    /// The first instant at which it no longer does.
    public let validUntil: Timestamp?

    public init(
      name: String, key: String, roles: [Role], periods: [Glob], paths: [Glob], validFrom: Timestamp? = nil,
      validUntil: Timestamp? = nil
    ) {
      self.name = name
      self.key = key
      self.roles = roles
      self.periods = periods
      self.paths = paths
      self.validFrom = validFrom
      self.validUntil = validUntil
    }
  }

  /// A key that no longer counts.
  public struct Revocation: Hashable, Sendable {
    /// The key's fingerprint.
    public let key: String
    /// The first instant at which the key no longer counts.
    public let at: Timestamp
    /// Why.
    public let reason: String

    public init(key: String, at: Timestamp, reason: String) {
      self.key = key
      self.at = at
      self.reason = reason
    }
  }

  /// A remote's log, whose receipts count.
  public struct Log: Hashable, Sendable {
    /// A name for people, formed like a signer's, unique among the document's logs; the log's own name, its C2SP
    /// origin, is part of the key.
    public let name: String
    /// The log's C2SP verifier key, `ORIGIN+HASH+BASE64`.
    public let key: String

    public init(name: String, key: String) {
      self.name = name
      self.key = key
    }
  }

  /// 1 for the first document, then one more each.
  public let number: Int
  /// The vault's id; absent in the first document, whose own id it is.
  public let vault: ObjectID?
  /// The document before; absent in the first.
  public let previous: ObjectID?
  /// 64 hexadecimal digits of chance in the first document, so that no two vaults share an id.
  public let nonce: String?
  /// The format's version.
  public let format: Int
  /// Features that a reader must know.
  public let features: [String]
  /// The root keys, as in authorized_keys.
  public let rootKeys: [String]
  /// How many distinct root keys must sign.
  public let threshold: Int
  /// The named keys.
  public let signers: [Signer]
  /// Keys that no longer count; a later document keeps every one.
  public let revocations: [Revocation]
  /// The remote logs whose receipts count as long as this document is the newest.
  public let logs: [Log]
  /// The author's claim of the time.
  public let time: Timestamp

  public init(
    number: Int, vault: ObjectID?, previous: ObjectID?, nonce: String?, features: [String] = [],
    rootKeys: [String],
    threshold: Int, signers: [Signer], revocations: [Revocation], logs: [Log] = [], time: Timestamp
  ) {
    self.number = number
    self.vault = vault
    self.previous = previous
    self.nonce = nonce
    self.format = Limits.formatVersion
    self.features = features
    self.rootKeys = rootKeys
    self.threshold = threshold
    self.signers = signers
    self.revocations = revocations
    self.logs = logs
    self.time = time
  }
}
