// BankTesting
