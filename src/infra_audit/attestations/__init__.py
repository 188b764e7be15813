"""Self-inspection (自己点検): forms for persons, their answers with evidence, and the documents that rules judge."""
