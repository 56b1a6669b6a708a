"""Variants: implementations that keep the contract, and differ where it leaves freedom.

Each package is one implementation, found as `py:reference_impl.variants.NAME:make`. It was
written afresh: it shares no code with the reference or with another variant, so that a
habit of the reference is not taken for a demand of the contract. `forker` is the daemon
module of `monitor`, and can be judged alone.
"""
