from mimic.cli import main

main()
