import VaultCore

/// The README of a sample's folder.
enum SampleReadme {
  static func text(_ content: SampleContent) -> String {
    let entry = (try? Line(decoding: content.entry.line)).flatMap { line -> Entry? in
      if case .entry(let entry) = line { entry } else { nil }
    }
    let count = entry?.population?.count ?? 0
    let records = counted(content.records.count, "record")
    var text = """
      \(records) of a population of \(count), with everything that proves them.

      vault       \(content.vault)
      period      \(content.period)
      population  \(entry?.path.text ?? "?"), revision \(entry?.revision ?? 0)

      """
    if let drawn = content.drawn, case .draw(let draw)? = try? Line(decoding: drawn.draw.line) {
      text += """
        draw        leaf \(drawn.draw.proof.index) of reviews/\(content.period)
        seed        \(Hex.encode(draw.seed))

        """
    }
    let receipt =
      content.receipt == nil ? "" : ";\n                  receipt.json says when a remote received it"
    let left =
      content.receipt == nil
      ? "" : " It leaves to the vault program\nthe log's signature of the receipt."
    return text + """

      records/N         the bytes of record N, counted from 0
      proofs.ndjson     the proof of each record: it is in the population
      population/       the population's entry, its proof, and the signed commit that brought it\(receipt)
      trust/            who may do what, from the vault's id on, signed by the root keys
      allowed_signers   the keys that signed, as trust/ names them, for ssh-keygen
      workpaper.csv     a row for each record; tester, date, outcome and notes are the tester's
      verify.py         checks all of it but the signatures themselves, for which it prints the commands
      \(content.drawn == nil ? "" : "draw/             the draw as it stands in the reviews, and the auditor's signed commit\n")
      Where the vault program is: vault sample verify DIR --vault-id ID
      Where it is not:            python3 verify.py ID
      ID is the vault's id. Obtain it from elsewhere: what lies in this folder cannot vouch for itself.

      verify.py proves the records, the draw, and that each signature is by a key that trust/ lets sign. Then all of it
      holds if each command of ssh-keygen that it prints says Good.\(left)

      """
  }
}
