"""Registers (台帳) read from files, checked, and joined to the facts of each device.

    folder of files -> Registers, Zones -> joins -> FactsDocument with more facts

A join never changes a fact that was read: it adds facts, each with the rows and facts it rests on.
"""
