"""What changed between two scans: facts by their stable key, and findings by rule, subject and item.

A gap is never "no change": a verdict that became no_evidence, and a device that is gone, are changes of their own.
"""
