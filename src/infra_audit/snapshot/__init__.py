"""From the bytes as they came to an immutable, hashed folder without secrets.

    decode    bytes -> lines, the encoding found, damaged lines
    detect    lines -> platform
    redact    lines -> lines of the same number without secrets
    complete  is it whole, refused, or cut?
    prepare   all of these for one artefact, or for all that came from one device
    writer    the folder ID.partial, resumed and closed
    reader    the folder again, every hash verified before use

Nothing here needs a device or an optional library. No secret leaves this package.
"""
