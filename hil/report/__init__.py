"""What a run of the suite leaves behind: results, a comparison with the former run, a page.

Text in here came from modems and messages; it is masked before it arrives and escaped where it
is shown. Nothing here runs a test or touches a bench.
"""
