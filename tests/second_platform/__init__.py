"""The tool against a platform by other authors: `lti1p3platform`.

The platform's side speaks through that library wherever it has words, and knows
nothing of `preventedu` or `practice_lms`, so that no misunderstanding is shared.
"""
